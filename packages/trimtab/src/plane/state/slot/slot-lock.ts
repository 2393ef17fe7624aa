import { createHash, randomBytes } from 'node:crypto'
import { readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isTrimtabError, type TrimtabError } from '../../../errors/trimtab-error.ts'
import type { Clock } from '../../../primitives/time/clock.ts'
import { failureKind } from '../../../sources/failure-kind.ts'
import { askContender, type Contender, listenAs } from './contender.ts'
import { unusable, usableSlot } from './folder-rights.ts'

/** Holds a slot for this process. It ends with the process, however that ends. */
export interface SlotLock {
  release(): Promise<void>
}

/** Where the sockets of a slot stand; node cuts off a path that is longer than the system takes, without a word. */
const longestSocketPath = 100
const lockName = /^lock-[0-9a-f]{12}\.sock$/
const nameLength = '/lock-0123456789ab.sock'.length
/** The machine has sockets, but not in this folder. */
const hasNoSockets = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EACCES', 'EINVAL', 'ENOSYS'])

/**
 * Takes the lock of a folder, or gives undefined where a living process of this machine has it. There is no process id
 * that another process could get, nothing to refresh and nothing to expire: whoever answers at its socket is alive.
 *
 * Each contender listens at a socket with a name of its own, and only then asks all others. Who does not answer is dead,
 * and its socket is removed, which harms nobody because no name is used twice. One that holds the lock says so; of
 * several that contend, the first by name gets it. Who has been asked knows the asker, so that of two who meet at least
 * one sees the other before it decides.
 */
export async function takeSlotLock(slot: string, clock: Clock): Promise<SlotLock | undefined> {
  try {
    if (platform() === 'win32') return await takePipe(slot)
    const near = slot.length + nameLength <= longestSocketPath ? await contend(slot, clock) : 'no_sockets'
    const lock = near === 'no_sockets' ? await contend(await standIn(slot), clock) : near
    if (lock === 'no_sockets') throw noLock(slot)
    return lock === 'held' ? undefined : lock
  } catch (error) {
    throw isTrimtabError(error) ? error : noLock(slot, error)
  }
}

async function contend(folder: string, clock: Clock): Promise<SlotLock | 'held' | 'no_sockets'> {
  const id = `lock-${randomBytes(6).toString('hex')}`
  const name = `${id}.sock`
  const path = join(folder, name)
  const draft = join(folder, `${id}.new`)
  let contender: Contender
  try {
    contender = await listenAs(draft)
  } catch (error) {
    if (hasNoSockets.has(failureKind(error))) return 'no_sockets'
    throw error
  }
  const leave = async () => {
    await rm(path, { force: true })
    await contender.close()
  }
  try {
    // Only now, because under a name that others look for it has to answer: they take silence for death.
    await rename(draft, path)
    const rivals = await livingRivals(folder, name, clock)
    if (rivals !== 'held' && contender.tryToHold(name, rivals)) return { release: leave }
  } catch (error) {
    await leave()
    throw error
  }
  await leave()
  return 'held'
}

/** Who contends as well; `held` when one of them has the lock. */
async function livingRivals(folder: string, name: string, clock: Clock): Promise<readonly string[] | 'held'> {
  const others = (await readdir(folder)).filter((each) => lockName.test(each) && each !== name)
  const answers = await Promise.all(others.map((other) => askContender(join(folder, other), name, clock)))
  const dead = others.filter((_, index) => answers[index] === 'gone')
  await Promise.all(dead.map((each) => rm(join(folder, each), { force: true })))
  return answers.includes('held') ? 'held' : others.filter((_, index) => answers[index] === 'contending')
}

/**
 * A folder for the sockets of a slot that can't have any: its path is too long, or its file system knows none. It is
 * named after the slot's place on the disk, which is the same in every container that has it at another path.
 */
async function standIn(slot: string): Promise<string> {
  const { dev, ino } = await stat(slot, { bigint: true })
  const folder = await usableSlot(await realpath(tmpdir()), `trimtab-${hashOf(`${dev}:${ino}`)}`)
  if (folder.length + nameLength <= longestSocketPath) return folder
  throw unusable(slot, 'its path is too long for a lock', 'Choose a shorter path')
}

/** A pipe's name is taken for as long as the process lives, and nothing is left of it afterwards. */
async function takePipe(slot: string): Promise<SlotLock | undefined> {
  try {
    const contender = await listenAs(`\\\\.\\pipe\\trimtab-${hashOf(slot.toLowerCase())}`)
    return { release: () => contender.close() }
  } catch (error) {
    if (failureKind(error) === 'EADDRINUSE') return undefined
    throw error
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function noLock(slot: string, cause?: unknown): TrimtabError {
  const kind = cause === undefined ? '' : ` (${failureKind(cause)})`
  return unusable(slot, `its lock can't be taken${kind}`, 'Choose a folder on a disk of this machine', cause)
}
