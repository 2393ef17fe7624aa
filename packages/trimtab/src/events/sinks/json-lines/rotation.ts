import { lstat, open, rename, stat, unlink } from 'node:fs/promises'
import type { Clock } from '../../../primitives/time/clock.ts'

export interface RotationOptions {
  readonly path: string
  /** How many old files are kept, `path.1` the newest. */
  readonly keep: number
  readonly clock: Pick<Clock, 'now'>
}

/** Milliseconds after which a lock is one of a process that was killed: a rotation is a few renames. */
const staleAfter = 10_000

/**
 * Makes `path` the first of the old files, if it still is the file of that inode. Two at once, of one process or of two,
 * would each push the other's files out: who comes second leaves it to the first. Gives whether it was this one's to do.
 */
export async function rotate({ path, keep, clock }: RotationOptions, inode: number): Promise<boolean> {
  const lock = `${path}.lock`
  if (!(await take(lock, clock))) return false
  try {
    const there = await absent(stat(path))
    if (there?.ino === inode) await shift(path, keep)
    return true
  } finally {
    await unlink(lock).catch(() => {})
  }
}

/**
 * Up to the first gap alone, and nothing before it is known that all of it can be done: a rotation that fails and is tried
 * again with every event must not push one old file out after the other.
 */
async function shift(path: string, keep: number): Promise<void> {
  let free = 1
  for (; free <= keep; free += 1) {
    const old = `${path}.${free}`
    const there = await absent(lstat(old))
    if (there === undefined) break
    if (there.isDirectory()) throw new Error(`the file has reached its limit, and ${old} is a folder: move it away`)
  }
  for (let number = Math.min(free, keep); number > 1; number -= 1) {
    await rename(`${path}.${number - 1}`, `${path}.${number}`)
  }
  await rename(path, `${path}.1`)
}

async function take(lock: string, clock: Pick<Clock, 'now'>): Promise<boolean> {
  const isMine = await create(lock)
  if (isMine) return true
  const there = await absent(stat(lock))
  // One from the future is none of a moment ago: a clock has been set back, and would take long to get there again.
  if (there !== undefined && Math.abs(clock.now() - there.mtimeMs) < staleAfter) return false
  // What can't be removed would keep every old file from being moved: it is named, and not waited for.
  await absent(unlink(lock))
  return await create(lock)
}

async function create(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx', 0o600)
    await handle.close()
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function absent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
