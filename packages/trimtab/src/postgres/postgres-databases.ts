import { TrimtabError } from '../errors/trimtab-error.ts'
import { systemRandom } from '../primitives/random.ts'
import { systemClock } from '../primitives/time/clock.ts'
import { addressOf } from './driver/database-address.ts'
import { createFeedListener } from './listener/pg-listener.ts'
import { createRovingDatabase, type RovingDatabase } from './listener/roving-database.ts'
import { usualTimings } from './listener/timings.ts'
import { pgDatabase } from './pg-database.ts'
import type { ListenerParts, PostgresListener } from './postgres-listener.ts'
import { type PostgresStore, type PostgresStoreOptions, storeOn } from './postgres-store.ts'

/** What a store in one of several databases takes: what `postgresStore` does, but a pool or a listener of its own. */
export interface DatabaseStoreOptions extends Omit<PostgresStoreOptions, 'pool' | 'listener' | 'connectionString'> {
  /** `postgres://user:password@host:5432/database`. */
  readonly connectionString: string
}

/** Databases that stores are opened in, with one listening connection for each that has readers. */
export interface PostgresDatabases extends AsyncDisposable {
  /**
   * A store as `postgresStore` makes it, that is closed by whoever asked for it. Those in one database, by the host, port and
   * name of their connection strings, are told of revisions by one connection, whichever users and schemas they have; it
   * goes by the newest of them, and when that one is refused by another. Throws `option_invalid`.
   */
  store(options: DatabaseStoreOptions): PostgresStore
  /** The databases with stores now, as `host:port/database`, each with the one who listens there. */
  readonly listeners: ReadonlyMap<string, PostgresListener>
  /** Closes every store. Idempotent. */
  close(): Promise<void>
}

interface Shared {
  readonly database: RovingDatabase
  readonly listener: PostgresListener
}

/**
 * Stores in any number of databases, for tenants that have one each, or a schema each in one of several.
 *
 * @example
 * const databases = postgresDatabases()
 * const tenants = {
 *   mode: 'perDatabase',
 *   environment: 'checkout/production',
 *   open: (tenant: string) => databases.store({ connectionString: `postgres://checkout@db/${tenant}` }),
 * } as const
 */
export function postgresDatabases(parts: ListenerParts = {}): PostgresDatabases {
  const { clock = systemClock } = parts
  const shared = new Map<string, Shared>()
  const stores = new Set<PostgresStore>()
  let isClosed = false

  const close = async () => {
    isClosed = true
    await Promise.all([...stores].map((store) => store.close()))
  }
  return {
    store(options) {
      if (isClosed) throw new TrimtabError('store_unavailable', 'The databases are closed. Make others.')
      const own = pgDatabase({ clock, ...options })
      const { database: address, user } = addressOf(options.connectionString)
      const found = shared.get(address) ?? share(parts)
      // Nothing is kept of one that can't be.
      const store = storeOn(own, { clock, ...options, listener: found.listener })
      shared.set(address, found)
      const way = { database: own, user }
      found.database.join(way)
      let closing: Promise<void> | undefined
      const closeStore = async () => {
        stores.delete(made)
        try {
          await store.close()
        } finally {
          if (found.database.leave(way) === 0) {
            shared.delete(address)
            await found.listener.close()
          }
        }
      }
      const closeOnce = () => (closing ??= closeStore())
      const made: PostgresStore = { ...store, close: closeOnce, [Symbol.asyncDispose]: closeOnce }
      stores.add(made)
      return made
    },
    get listeners() {
      return new Map([...shared].map(([address, { listener }]) => [address, listener]))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function share({ clock = systemClock, random = systemRandom, timings }: ListenerParts): Shared {
  const database = createRovingDatabase()
  const times = { ...usualTimings, ...timings }
  const listener = createFeedListener({ database, clock, random, timings: times, isForSeveralUsers: true })
  return { database, listener: { ...listener, [Symbol.asyncDispose]: () => listener.close() } }
}
