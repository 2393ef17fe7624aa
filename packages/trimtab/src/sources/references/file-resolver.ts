import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { Clock } from '../../primitives/time/clock.ts'
import { type Result, err, ok } from '../../primitives/result.ts'
import { failureKind } from '../failure-kind.ts'
import { sourceLimits } from '../limits.ts'
import { watchLazily } from '../watch/watch-lazily.ts'
import type { ReferenceFailure, ReferenceResolver } from './resolver.ts'

export interface FileResolverOptions {
  readonly clock: Clock
}

/**
 * `${file:/run/secrets/x}`: the text of a regular file of at most 64 KiB in UTF-8, named by an absolute path. One line
 * break at its end is not part of the value, because editors and `echo` put it there; a second one is. A rotated file
 * is noticed.
 */
export function fileResolver({ clock }: FileResolverOptions): ReferenceResolver {
  return {
    scheme: 'file',
    resolve: (name) => readReferencedFile(name),
    watch: (name, wake, signal) => watchLazily(name, { kind: 'file', clock, wake, signal }),
  }
}

async function readReferencedFile(path: string): Promise<Result<string, ReferenceFailure>> {
  if (!isAbsolute(path) || path.includes('\0')) {
    return err({
      kind: 'failed',
      message: 'is not an absolute path',
      hint: 'Write the whole path, from the root: what a relative one leads to depends on where the process was started.',
    })
  }
  let handle: FileHandle | undefined
  try {
    // Opening a pipe would wait for its writer and opening a device may do anything: look first.
    if (!(await stat(path)).isFile()) return notRegular
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    // What was opened may not be what was looked at.
    if (!(await handle.stat()).isFile()) return notRegular
    const bytes = await readAtMost(handle, sourceLimits.referenceBytes)
    if (bytes === undefined) return tooLarge
    return ok(withoutLineEnd(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    return err(explain(error))
  } finally {
    await handle?.close().catch(() => {})
  }
}

/** The content, or undefined when there is more of it than the limit. The size that a file claims is not asked. */
async function readAtMost(handle: FileHandle, limit: number): Promise<Uint8Array | undefined> {
  const buffer = new Uint8Array(limit + 1)
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length)
    if (bytesRead === 0) return buffer.subarray(0, length)
    length += bytesRead
  }
  return undefined
}

function withoutLineEnd(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}

function explain(error: unknown): ReferenceFailure {
  const kind = failureKind(error)
  switch (kind) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'unset', message: 'does not exist', hint: 'Create the file, or correct its path.' }
    case 'EACCES':
    case 'EPERM':
      return {
        kind: 'failed',
        message: 'may not be read by this process',
        hint: 'Give this user the right to read it.',
      }
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return { kind: 'failed', message: 'is not UTF-8 text', hint: 'Store binary content as Base64.' }
    default:
      return { kind: 'failed', message: `could not be read (${kind})` }
  }
}

const notRegular = err<ReferenceFailure>({
  kind: 'failed',
  message: 'is not a regular file',
  hint: 'Folders, pipes, sockets and devices are not read.',
})

const tooLarge = err<ReferenceFailure>({
  kind: 'failed',
  message: `is larger than ${sourceLimits.referenceBytes / 1024} KiB`,
  hint: 'A reference holds a secret, not a document.',
})
