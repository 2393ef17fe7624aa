import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { rotate, type RotationOptions } from './rotation.ts'

export interface RotatingFileOptions extends RotationOptions {
  /** Bytes after which a new file is begun. */
  readonly maxBytes: number
}

interface Opened {
  readonly handle: FileHandle
  readonly device: number
  readonly inode: number
  /** As this writer left it. */
  size: number
  /** It ends inside a line: a disk was full, or whoever wrote it was killed. */
  isTorn: boolean
}

const mode = 0o600
// Without O_NONBLOCK, opening a pipe that nobody reads would wait for ever.
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK
const newline = 0x0a

/**
 * A file that whole lines are appended to. When it would grow over its limit it becomes `path.1`, and what was that
 * `path.2`. When somebody else moved or removed it, as logrotate does, it is made anew. Others may append to it as well. One
 * caller at a time.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions
  #opened: Opened | undefined

  constructor(options: RotatingFileOptions) {
    this.#options = options
  }

  /** Rejects where the line could not be written; the next call tries from the beginning. */
  async append(line: string): Promise<void> {
    const file = await this.#fileFor(Buffer.byteLength(line) + 1)
    // After half a line the next one begins on a line of its own.
    const bytes = Buffer.from(file.isTorn ? `\n${line}\n` : `${line}\n`)
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await file.handle.write(bytes, written)
      written += bytesWritten
      file.size += bytesWritten
      if (bytesWritten > 0) file.isTorn = written < bytes.length
      else throw new Error('the file takes no bytes')
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.handle.close()
  }

  async #fileFor(bytes: number): Promise<Opened> {
    const file = await this.#current()
    if (file.size === 0 || file.size + bytes <= this.#options.maxBytes) return file
    // While another writer is at it, one line more in the old file does less harm than none.
    if (!(await rotate(this.#options, file.inode))) return file
    await this.close()
    return await this.#open()
  }

  /** The open file, if it still stands at its path. */
  async #current(): Promise<Opened> {
    const opened = this.#opened
    if (opened === undefined) return await this.#open()
    const there = await stat(this.#options.path).catch(() => undefined)
    if (there?.ino === opened.inode && there.dev === opened.device) {
      // Another process may have appended to it, been killed within a line, or have cut it off.
      if (there.size !== opened.size) opened.isTorn = await isTorn(this.#options.path, there.size)
      opened.size = there.size
      return opened
    }
    await this.close()
    return await this.#open()
  }

  async #open(): Promise<Opened> {
    const { path } = this.#options
    const handle = await open(path, flags, mode)
    try {
      const found = await handle.stat()
      if (!found.isFile()) throw new Error('it is no regular file')
      const { dev: device, ino: inode, size } = found
      const opened = { handle, device, inode, size, isTorn: await isTorn(path, size) }
      this.#opened = opened
      return opened
    } catch (error) {
      await handle.close()
      throw error
    }
  }
}

/** Whether a file of that size ends inside a line. One that can't be read is taken to be whole. */
async function isTorn(path: string, size: number): Promise<boolean> {
  if (size === 0) return false
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined)
  try {
    const last = await handle?.read(Buffer.alloc(1), 0, 1, size - 1)
    return last !== undefined && last.bytesRead === 1 && last.buffer[0] !== newline
  } catch {
    return false
  } finally {
    await handle?.close()
  }
}
