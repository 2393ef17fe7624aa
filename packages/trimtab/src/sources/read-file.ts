import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, stat } from 'node:fs/promises'
import type { SourceName } from '../model/source-name.ts'
import type { Problem, ProblemCode } from '../schema/problem.ts'
import { failureKind } from './failure-kind.ts'
import type { Reading } from './source.ts'

/** Why a file or folder gives nothing, as a phrase that follows its name. */
export interface ReadFailure {
  readonly kind: 'absent' | 'refused'
  readonly code: ProblemCode
  readonly message: string
  readonly hint: string
}

export type FileRead =
  | {
      readonly kind: 'read'
      readonly bytes: Uint8Array
      /** Equal when nobody has touched the file in between. */
      readonly stamp: string
      /** False when the file was written to while it was read: the bytes may be of two versions. */
      readonly isWhole: boolean
    }
  | ReadFailure

/** The part of the file system that reading takes. */
export interface ReadFs {
  readonly stat: (path: string) => Promise<BigIntStats>
  readonly lstat: (path: string) => Promise<BigIntStats>
  readonly open: (path: string) => Promise<FileHandle>
}

export const nodeReadFs: ReadFs = {
  stat: (path) => stat(path, { bigint: true }),
  lstat: (path) => lstat(path, { bigint: true }),
  // Should a pipe take the file's place meanwhile, opening it must not wait for somebody to write.
  open: (path) => open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)),
}

/**
 * Reads a regular file of at most `limit` bytes; a link to one is followed. Whatever else is there is not opened:
 * opening a pipe waits, and opening a device may do anything. Never rejects for what is wrong with the place.
 */
export async function readFileWithin(path: string, limit: number, fs: ReadFs = nodeReadFs): Promise<FileRead> {
  let handle: FileHandle | undefined
  try {
    const found = await fs.stat(path)
    if (!found.isFile()) return notRegular(found)
    handle = await fs.open(path)
    const before = await handle.stat({ bigint: true })
    if (!before.isFile()) return notRegular(before)
    // The size is a hint only: a file may grow, and those of /proc claim to be empty.
    const bytes = before.size > limit ? undefined : await readAtMost(handle, limit, Number(before.size))
    if (bytes === undefined) return tooLarge(limit)
    const stamp = stampOf(await handle.stat({ bigint: true }))
    return { kind: 'read', bytes, stamp, isWhole: stamp === stampOf(before) }
  } catch (error) {
    return explainFailure(error, await isLink(path, fs))
  } finally {
    await handle?.close().catch(() => {})
  }
}

/** The failure of the file, or folder, that is shown as `file`, as a problem. */
export function failureProblem({ code, message, hint }: ReadFailure, source: SourceName, file: string): Problem {
  return { code, severity: 'error', message, hint, origin: { source, location: { kind: 'file', file } } }
}

export function failedReading(failure: ReadFailure, source: SourceName, file: string): Reading {
  const problem = failureProblem(failure, source, file)
  return failure.kind === 'absent' ? { kind: 'absent', problem } : { kind: 'unreadable', problems: [problem] }
}

/** What changes with every write, and with every replacement of a file by another. */
export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':')
}

/** What the system's error means; `isDangling` when the path itself is a link. */
export function explainFailure(error: unknown, isDangling = false): ReadFailure {
  const kind = failureKind(error)
  const refused = (message: string, hint: string): ReadFailure => ({
    kind: 'refused',
    code: 'unreadable',
    message,
    hint,
  })
  switch (kind) {
    case 'ENOENT':
      return isDangling
        ? { ...absent, message: 'is a link to something that does not exist', hint: 'Correct the link, or remove it.' }
        : absent
    case 'ENOTDIR':
      return refused('lies below something that is not a folder', 'Correct the path.')
    case 'EACCES':
    case 'EPERM':
      return refused('may not be read by this process', "Give the process's user the right to read it and its folder.")
    case 'EISDIR':
      return isFolder
    case 'ELOOP':
      return refused('is a link that leads back to itself', 'Correct the link.')
    case 'ENAMETOOLONG':
      return refused('has a name that is too long for the file system', 'Use a shorter path.')
    case 'EMFILE':
    case 'ENFILE':
      return refused('cannot be opened: too many files are open', 'Raise the limit of open files, or look for a leak.')
    case 'EIO':
      return refused('cannot be read: the device reports an error', 'Look at the disk or the network file system.')
    default:
      return refused(`cannot be read (${kind})`, 'Make it readable, or mark the source optional and remove it.')
  }
}

const absent: ReadFailure = {
  kind: 'absent',
  code: 'absent',
  message: 'does not exist',
  hint: 'Create it, correct the path, or mark the source optional.',
}

const isFolder: ReadFailure = {
  kind: 'refused',
  code: 'unreadable',
  message: 'is a folder, not a file',
  hint: 'Give the path of a file, or use directorySource().',
}

function notRegular(stats: BigIntStats): ReadFailure {
  if (stats.isDirectory()) return isFolder
  const what = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device'
  return { ...isFolder, message: `is ${what}, not a regular file`, hint: 'Give the path of a regular file.' }
}

function tooLarge(limit: number): ReadFailure {
  const message = `is larger than ${limit / 1024 / 1024} MiB`
  return { kind: 'refused', code: 'too_large', message, hint: 'Keep large content outside of the configuration.' }
}

/** The whole content, or undefined when there is more of it than `limit`. */
async function readAtMost(handle: FileHandle, limit: number, expected: number): Promise<Uint8Array | undefined> {
  // One byte more than expected tells the end of the file without another round.
  let buffer = new Uint8Array(Math.min(expected, limit) + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length)
    if (bytesRead === 0) return buffer.subarray(0, length)
    length += bytesRead
    if (length > limit) return undefined
    if (length < buffer.length) continue
    const larger = new Uint8Array(Math.min(buffer.length * 2 + 4096, limit + 1))
    larger.set(buffer)
    buffer = larger
  }
}

async function isLink(path: string, fs: ReadFs): Promise<boolean> {
  try {
    return (await fs.lstat(path)).isSymbolicLink()
  } catch {
    return false
  }
}
