import { type BigIntStats, watch } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'

/** What is looked at in a file, folder or link. Times are nanoseconds since 1970. */
export type PathStats = Pick<
  BigIntStats,
  'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs' | 'birthtimeNs' | 'isFile' | 'isDirectory' | 'isSymbolicLink'
>

/** An open watch of one folder or file. */
export interface WatchHandle {
  close(): void
}

export interface WatchListener {
  /** `name` is what changed in the folder, the folder's own last name, or null where the system does not say. */
  readonly onEvent: (type: 'rename' | 'change', name: string | null) => void
  /** The watch has ended and will tell nothing more. */
  readonly onError: () => void
}

/** The part of a file system that watching needs, so that a test can give one without events or without room. */
export interface WatchFs {
  lstat(path: string): Promise<PathStats>
  readlink(path: string): Promise<string>
  readdir(path: string): Promise<readonly string[]>
  /** Begins to watch, without keeping the process alive. Throws where that is not possible. */
  watch(path: string, listener: WatchListener): WatchHandle
}

/** The machine's own file system. */
export const nodeWatchFs: WatchFs = {
  lstat: (path) => lstat(path, { bigint: true }),
  readlink: (path) => readlink(path),
  readdir: (path) => readdir(path),
  watch(path, { onEvent, onError }) {
    const watcher = watch(path, { persistent: false })
    watcher.on('change', (type, name) => {
      // Without an encoding option the name is text; the type says 'rename' or 'change' and nothing else.
      onEvent(type === 'rename' ? 'rename' : 'change', typeof name === 'string' ? name : null)
    })
    watcher.on('error', () => {
      watcher.close()
      onError()
    })
    return { close: () => watcher.close() }
  },
}
