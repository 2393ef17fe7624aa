import { TrimtabError } from '../../errors/trimtab-error.ts'
import { degraded, type HealthCheck, healthy } from '../check.ts'
import { type AdapterOptions, checkFields } from './adapter-options.ts'

/** The part of a `pg` pool that is looked at. */
export interface PgPoolLike {
  query(text: string): Promise<unknown>
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly options: { readonly max?: number | undefined }
}

/** What `pgPoolCheck` takes: the pool to look at. */
export interface PgPoolCheckOptions extends AdapterOptions {
  readonly pool: PgPoolLike
}

/**
 * Whether a pool's database answers, and whether the pool has room. `pg`, unless it is given another name. A database that
 * all instances use is `shared`, which is the default here: when it is down, no instance is better than another.
 *
 * @example
 * const watchPool = (database: PgPoolLike) => plane.health.add(pgPoolCheck({ pool: database, timeout: 500 }))
 */
export function pgPoolCheck({ pool, shared = true, ...options }: PgPoolCheckOptions): HealthCheck {
  const name = options.name ?? 'pg'
  if (typeof pool?.query !== 'function')
    throw new TrimtabError('option_invalid', `The check ${name} needs a pool of the package pg.`)
  return {
    ...checkFields({ ...options, shared }),
    name,
    async run() {
      const { max = 10 } = pool.options
      const inUse = pool.totalCount - pool.idleCount
      const details = { max, inUse, waiting: pool.waitingCount }
      // A query would wait in the same line, and its deadline would say that the database is down.
      if (inUse >= max && pool.waitingCount > 0)
        return degraded(`all ${max} connections are in use and ${pool.waitingCount} wait`, details)
      await pool.query('select 1')
      return healthy(undefined, details)
    },
  }
}
