import { type Clock, holdFolder, type StoreOptions } from 'trimtab'
import { type PostgresStore, storeOn } from 'trimtab/postgres'
import { openDatabase } from './database/open-database.ts'

/** Where a store is kept, and how. */
export interface EmbeddedStoreOptions extends StoreOptions {
  /**
   * Where it is kept: on a disk of this machine, because who has it is not known to other machines that share it. Made where
   * it is missing, for this user alone; nobody else may be able to write to it.
   */
  readonly folder: string
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/**
 * A store in a folder, without a server: a PostgreSQL that runs in this process. It is for one process: its readers are told
 * of publishes in that process, and another one that opens the folder is refused. What it has confirmed is on the disk: a
 * process that is killed, or a machine that loses its power, loses nothing of it. It takes about 150 MB, half a second to
 * open, and the event loop while a statement runs. `close()` lets others have the folder.
 *
 * Throws `store_in_use` naming the process that has the folder, `state_dir_unusable` for a folder that can't be used,
 * `store_incompatible` where a newer version has written it, `store_unavailable` where what is in it can't be opened, and
 * `dependency_missing` where `@electric-sql/pglite` is not installed.
 *
 * @example
 * const store = await embeddedStore({ folder: 'run/store' })
 * const { tree, cursor } = await store.readEnvironment('checkout/production')
 * await store.close()
 */
export async function embeddedStore(options: EmbeddedStoreOptions): Promise<PostgresStore> {
  const { folder, clock, referenceSchemes } = options
  const held = await holdFolder(folder, clock)
  try {
    const database = await openDatabase(held.folder)
    const close = async () => {
      try {
        await database.close()
      } finally {
        await held.release()
      }
    }
    try {
      return storeOn({ ...database, close }, { clock, referenceSchemes })
    } catch (error) {
      await database.close()
      throw error
    }
  } catch (error) {
    await held.release()
    throw error
  }
}
