import { TrimtabError } from '../errors/trimtab-error.ts'
import { type Clock, systemClock } from '../primitives/time/clock.ts'
import { borrowConnections } from './driver/given-connections.ts'
import { openConnections } from './driver/own-connections.ts'
import { createPgDatabase } from './driver/pg-pool.ts'
import type { PgPoolLike } from './driver/pg-types.ts'
import type { PgLike } from './pg-like.ts'

/** Which database, and how. */
export interface PgDatabaseOptions {
  /** `postgres://user:password@host:5432/database`. This, or `pool`. */
  readonly connectionString?: string | undefined
  /** A `Pool` of the package `pg`, which stays yours: it is not ended here. This, or `connectionString`. */
  readonly pool?: PgPoolLike | undefined
  /** Connections at most, with `connectionString`; the one that listens comes on top. Default: 5. */
  readonly max?: number | undefined
  /** Milliseconds that one statement may take, waiting for a connection included. Default: 10,000. */
  readonly queryTimeout?: number | undefined
  /** Milliseconds that connecting may take, with `connectionString`. Default: 4,000. */
  readonly connectTimeout?: number | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/**
 * A PostgreSQL database by the package `pg`, for `migrate` and for stores. It connects when it is first used. Throws
 * `option_invalid` for options that can't be; where `pg` is not installed, its first use throws `dependency_missing`.
 *
 * @example
 * const database = pgDatabase({ connectionString: 'postgres://admin@db/config' })
 * await migrate(database)
 * await database.close()
 */
export function pgDatabase(options: PgDatabaseOptions): PgLike {
  const {
    connectionString,
    pool,
    max = 5,
    queryTimeout = 10_000,
    connectTimeout = 4_000,
    clock = systemClock,
  } = options
  for (const [name, value] of Object.entries({ max, queryTimeout, connectTimeout })) {
    if (Number.isSafeInteger(value) && value >= 1 && value < 2 ** 31) continue
    throw new TrimtabError('option_invalid', `The option ${name} has to be a whole number from 1.`)
  }
  if ((connectionString === undefined) === (pool === undefined)) {
    throw new TrimtabError('option_invalid', 'Give either connectionString or pool.')
  }
  const timeouts = { query: queryTimeout, connect: connectTimeout }
  const connections =
    pool === undefined
      ? openConnections({ connectionString: connectionString ?? '', max }, timeouts)
      : borrowConnections(pool)
  return createPgDatabase(connections, clock, timeouts)
}
