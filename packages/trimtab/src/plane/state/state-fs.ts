import { open, rename, rm } from 'node:fs/promises'
import { failureKind } from '../../sources/failure-kind.ts'

/** The part of the file system that keeping state takes. */
export interface StateFs {
  /** Resolves when the bytes are on the disk. */
  write(path: string, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Makes what happened to the names in the folder last. */
  syncFolder(folder: string): Promise<void>
  /** What is not there is removed already. */
  remove(path: string): Promise<void>
}

export const nodeStateFs: StateFs = {
  async write(path, bytes) {
    const file = await open(path, 'w', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  rename,
  async syncFolder(folder) {
    try {
      const handle = await open(folder, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      // Windows opens no folder, and some network file systems sync none: there a name is as safe as it gets.
      if (!hasNoFolderSync.has(failureKind(error))) throw error
    }
  },
  remove: (path) => rm(path, { force: true }),
}

const hasNoFolderSync = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'])
