import { systemClock } from '../primitives/time/clock.ts'
import type { ConfigStore } from '../store/config-store.ts'
import { createConfigStore, type StoreOptions } from '../store/create-config-store.ts'
import { parseSchemaName } from './identifier.ts'
import { pgDatabase, type PgDatabaseOptions } from './pg-database.ts'
import type { PgLike } from './pg-like.ts'
import { type ListenerParts, listenOn, type PostgresListener } from './postgres-listener.ts'
import { createStorage } from './storage/postgres-storage.ts'

/** What `postgresStore` takes: the database, where in it the store is, and who listens. */
export interface PostgresStoreOptions extends PgDatabaseOptions, StoreOptions {
  /** The PostgreSQL schema that `migrate` has made the store in. Default: `trimtab`. */
  readonly schema?: string | undefined
  /** Shared with other stores of the same database, and not closed with this one. Default: one of its own. */
  readonly listener?: PostgresListener | undefined
}

/** A store in PostgreSQL, and how its readers are told. */
export interface PostgresStore extends ConfigStore {
  readonly listener: PostgresListener
}

/**
 * A store in PostgreSQL 15 or newer, by the package `pg`. It connects when it is first used, migrates nothing, and creates
 * nothing: `migrate()` has done that before. With `connectionString` it has at most `max`
 * connections, and one that listens while there are readers; a `pool` stays yours, and the one that listens is made beside it.
 * Behind a pooler in transaction mode readers ask in intervals, and `feedStatus` says so; give it a `listener` with a direct
 * connection then. Throws `option_invalid` for options that can't be.
 *
 * @example
 * const store = postgresStore({ connectionString: 'postgres://checkout@db/config' })
 * const { tree, cursor } = await store.readEnvironment('checkout/production')
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  const { schema, listener, referenceSchemes, clock } = options
  return storeOn(pgDatabase(options), { schema, listener, referenceSchemes, clock })
}

/** What `storeOn` takes: where in the database the store is, and who listens. */
export interface StoreOnOptions extends ListenerParts, StoreOptions {
  /** The PostgreSQL schema that `migrate` has made the store in. Default: `trimtab`. */
  readonly schema?: string | undefined
  /** Shared with other stores of the same database, and not closed with this one. Default: one of its own. */
  readonly listener?: PostgresListener | undefined
}

/**
 * A store on any database that is like PostgreSQL, with its tables made by `migrate` before: what `postgresStore` is on `pg`,
 * and the embedded store on PGlite. The database is closed with it. Throws `option_invalid` for options that can't be.
 *
 * @example
 * const store = storeOn(pgDatabase({ connectionString: 'postgres://checkout@db/config' }), { schema: 'config' })
 */
export function storeOn(database: PgLike, options: StoreOnOptions = {}): PostgresStore {
  const { schema, listener: shared, referenceSchemes, clock = systemClock, random, timings } = options
  const name = parseSchemaName(schema)
  const listener = shared ?? listenOn(database, { clock, random, timings })
  const close = async () => {
    if (shared === undefined) await listener.close()
    await database.close()
  }
  const feed = listener.feed(name, () => database.renew())
  const storage = { ...createStorage({ database, schema: name, feed, close }), listener }
  return { ...createConfigStore({ storage, clock, referenceSchemes }), listener }
}
