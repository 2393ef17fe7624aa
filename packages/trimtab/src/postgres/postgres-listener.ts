import { type Random, systemRandom } from '../primitives/random.ts'
import { type Clock, systemClock } from '../primitives/time/clock.ts'
import type { StoreListener } from '../store/feed/listener-counts.ts'
import type { SchemaName } from './identifier.ts'
import type { PgFeed } from './listener/pg-feed.ts'
import { createFeedListener } from './listener/pg-listener.ts'
import { type FeedTimings, usualTimings } from './listener/timings.ts'
import { pgDatabase, type PgDatabaseOptions } from './pg-database.ts'
import type { PgLike } from './pg-like.ts'

/** One connection that listens for any number of stores in one database; it is open while one of them has readers. */
export interface PostgresListener extends StoreListener, AsyncDisposable {
  /** For stores: how the readers of one are told. `renew` is called when its connections may have gone silent, too. */
  feed(schema: SchemaName, renew: () => void): PgFeed
  /** Ends it; the readers of stores that use it are told of nothing any more. Idempotent. */
  close(): Promise<void>
}

/** What a listener takes its time and its chances from. */
export interface ListenerParts {
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly timings?: Partial<FeedTimings> | undefined
}

/**
 * Listens for several stores of one database, one schema for each tenant for instance, on one connection: give it to each
 * of them. It is also the way to listen at another address than the one that is asked, past a pooler.
 *
 * @example
 * const connectionString = 'postgres://checkout@db/config'
 * const listener = postgresListener({ connectionString })
 * const stores = ['acme', 'globex'].map((schema) => postgresStore({ connectionString, schema, listener }))
 */
export function postgresListener(options: PgDatabaseOptions): PostgresListener {
  const database = pgDatabase({ max: 1, ...options })
  const listener = listenOn(database, { clock: options.clock })
  const close = async () => {
    await listener.close()
    await database.close()
  }
  return { ...listener, close, [Symbol.asyncDispose]: close }
}

/** A listener on any database, which stays open when it is closed. */
export function listenOn(database: PgLike, parts: ListenerParts = {}): PostgresListener {
  const { clock = systemClock, random = systemRandom, timings } = parts
  const listener = createFeedListener({ database, clock, random, timings: { ...usualTimings, ...timings } })
  return { ...listener, [Symbol.asyncDispose]: () => listener.close() }
}
