import { readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { TrimtabError } from '../../../errors/trimtab-error.ts'
import { isPlainObject } from '../../../primitives/json.ts'
import { type Clock, systemClock } from '../../../primitives/time/clock.ts'
import { ambientPid } from '../../ambient.ts'
import { usableRoot } from './folder-rights.ts'
import { takeSlotLock } from './slot-lock.ts'

/** A folder that no other process uses as long as this one lives. */
export interface HeldFolder {
  /** Its real path. */
  readonly folder: string
  /** Lets others have it. Idempotent. */
  release(): Promise<void>
}

/** Who has the folder, for people who are refused. It says nothing about whether the lock is held. */
const holderFile = 'holder.json'

/**
 * Takes a folder for this process alone, and makes it where it is missing. The lock ends with the process, however that
 * ends. Throws `store_in_use` naming who has it, and `state_dir_unusable` for a folder that others can write to, or that
 * nothing can be written to.
 *
 * @example
 * const held = await holdFolder('run/store')
 * await held.release()
 */
export async function holdFolder(path: string, clock: Clock = systemClock): Promise<HeldFolder> {
  if (typeof path !== 'string' || path === '') {
    throw new TrimtabError('option_invalid', 'The option folder has to be the path of a folder.')
  }
  const folder = await usableRoot(path)
  const holder = join(folder, holderFile)
  const lock = await takeSlotLock(folder, clock)
  if (lock === undefined) {
    throw new TrimtabError(
      'store_in_use',
      `${folder} is in use by ${await describeHolder(holder)}. Stop it, choose another folder, or let both share a PostgreSQL.`,
      { details: { folder } },
    )
  }
  try {
    const since = new Date(clock.now()).toISOString()
    await writeFile(holder, JSON.stringify({ process: ambientPid(), host: hostname(), since }), { mode: 0o600 })
  } catch {
    // It is for people only: who is refused is told less.
  }
  let released: Promise<void> | undefined
  const release = async () => {
    await rm(holder, { force: true }).catch(() => {})
    await lock.release()
  }
  return { folder, release: () => (released ??= release()) }
}

async function describeHolder(file: string): Promise<string> {
  try {
    const found: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (!isPlainObject(found)) return 'another process'
    return `process ${String(found['process'])} on ${String(found['host'])}, since ${String(found['since'])}`
  } catch {
    // Not written yet, or removed just now.
    return 'another process'
  }
}
