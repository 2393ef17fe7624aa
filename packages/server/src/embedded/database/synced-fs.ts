import { closeSync, fsyncSync, openSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import type { NodeFS } from '@electric-sql/pglite/nodefs'

/** What is open, as Emscripten's file system knows it: `nfd` is node's descriptor, which folders don't have. */
interface OpenFile {
  readonly nfd?: number
  readonly node: unknown
}

/** The part of Emscripten's NODEFS that is used here. */
interface HostFs {
  readonly realPath: (node: unknown) => string
  readonly stream_ops: { fsync?: (file: OpenFile) => number }
}

/**
 * A folder of this machine as PGlite's file system, in which a sync is one. NODEFS comes without, so that a commit would be
 * safe from the end of the process only, and PGlite has PostgreSQL not even ask for it.
 */
export function createSyncedFs(Base: typeof NodeFS, folder: string): NodeFS {
  class SyncedFs extends Base {
    override async init(...[database, options]: Parameters<NodeFS['init']>) {
      const { emscriptenOpts } = await super.init(database, options)
      const addSync = (module: object) => {
        // Base has just mounted the folder with it.
        const host = Reflect.get(module, 'NODEFS') as HostFs
        host.stream_ops.fsync = (file) => sync(host, file)
      }
      return { emscriptenOpts: { ...emscriptenOpts, preRun: [emscriptenOpts.preRun ?? [], addSync].flat() } }
    }
  }
  return new SyncedFs(folder)
}

/** PostgreSQL with its syncs, which PGlite leaves out; Emscripten does nothing at an fdatasync. */
export function durableParameters(Database: typeof PGlite): string[] {
  const usual = Database.defaultStartParams.filter((parameter) => parameter !== '-F')
  // The rest is for memory: there is one connection, and what is in the store is small.
  const settings = ['fsync=on', 'wal_sync_method=fsync', 'shared_buffers=16MB', 'max_connections=10']
  return [...usual, ...settings.flatMap((setting) => ['-c', setting])]
}

function sync(host: HostFs, { nfd, node }: OpenFile): number {
  if (nfd !== undefined) {
    fsyncSync(nfd)
    return 0
  }
  try {
    const folder = openSync(host.realPath(node), 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  } catch {
    // Windows opens no folder: there a name is as safe as it gets.
  }
  return 0
}
