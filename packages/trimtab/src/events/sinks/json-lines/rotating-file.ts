import { constants } from 'node:fs'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'

export interface RotatingFileOptions {
  readonly path: string
  /** Bytes after which a new file is begun. */
  readonly maxBytes: number
  /** How many old ones are kept beside it, `path.1` the newest. */
  readonly keep: number
}

interface Opened {
  readonly handle: FileHandle
  readonly device: number
  readonly inode: number
  size: number
}

const mode = 0o600
// Without O_NONBLOCK, opening a pipe that nobody reads would wait for ever.
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/**
 * A file that whole lines are appended to. When it would grow over its limit it becomes `path.1`, and what was that
 * `path.2`. When somebody else moved or removed it, as logrotate does, it is made anew. One caller at a time.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions
  #opened: Opened | undefined
  /** The last write ended inside a line. */
  #isTorn = false

  constructor(options: RotatingFileOptions) {
    this.#options = options
  }

  /** Rejects where the line could not be written; the next call tries from the beginning. */
  async append(line: string): Promise<void> {
    // After half a line the next one begins on a line of its own.
    const bytes = Buffer.from(this.#isTorn ? `\n${line}\n` : `${line}\n`)
    const file = await this.#fileFor(bytes.length)
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await file.handle.write(bytes, written)
      written += bytesWritten
      file.size += bytesWritten
      this.#isTorn = written < bytes.length
      if (bytesWritten === 0) throw new Error('the file takes no bytes')
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
    await this.close()
    await this.#shift()
    return await this.#open()
  }

  /** The open file, if it still stands at its path. */
  async #current(): Promise<Opened> {
    const opened = this.#opened
    if (opened === undefined) return await this.#open()
    const there = await stat(this.#options.path).catch(() => undefined)
    if (there?.ino === opened.inode && there.dev === opened.device) {
      // Another process may append to it, or have cut it off.
      opened.size = there.size
      return opened
    }
    await this.close()
    return await this.#open()
  }

  async #open(): Promise<Opened> {
    const handle = await open(this.#options.path, flags, mode)
    try {
      const found = await handle.stat()
      if (!found.isFile()) throw new Error('it is no regular file')
      const opened = { handle, device: found.dev, inode: found.ino, size: found.size }
      this.#opened = opened
      if (found.size === 0) this.#isTorn = false
      return opened
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async #shift(): Promise<void> {
    const { path, keep } = this.#options
    for (let number = keep - 1; number >= 1; number -= 1) {
      await rename(`${path}.${number}`, `${path}.${number + 1}`).catch(ignoreAbsent)
    }
    await rename(path, `${path}.1`)
  }
}

function ignoreAbsent(error: unknown): void {
  const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  if (!isAbsent) throw error
}
