import { TrimtabError } from '../../errors/trimtab-error.ts'
import { guardNewClients } from './guard-new-clients.ts'
import type { PgConnections } from './pg-pool.ts'
import type { PgClientLike, PgPoolLike } from './pg-types.ts'

/**
 * The connections of a pool that somebody else made and ends. To listen, a client of the same kind and with the same settings is
 * made beside the pool, so that a pool of one connection is enough.
 */
export function borrowConnections(pool: PgPoolLike): PgConnections {
  const Client: unknown = Reflect.get(pool, 'Client')
  if (typeof pool.connect !== 'function' || typeof Client !== 'function') {
    throw new TrimtabError(
      'option_invalid',
      'pool has to be a Pool of the package pg. Give one, or a connectionString.',
    )
  }
  guardNewClients(pool)
  return {
    pool: async () => pool,
    async client() {
      // How the pool makes its own.
      return Reflect.construct(Client, [pool.options]) as PgClientLike
    },
    renew() {},
    async close() {},
  }
}
