import { abortable, abortReason } from '../../../primitives/concurrency/abort.ts'
import { TrimtabError } from '../../../errors/trimtab-error.ts'
import { typeName } from '../../../primitives/json.ts'
import type { GuardedWork } from '../guard.ts'
import { type BoundRole, createBoundRole } from './bound-role.ts'
import { runTransaction } from './run-transaction.ts'
import type { GuardedSql, SqlClient, SqlPool, SqlResult, SqlRow } from './sql-pool.ts'

export interface GuardedSqlParts {
  readonly pool: SqlPool
  /** Begins guarded work for the current tenant; throws where the mode wants one. */
  readonly begin: () => GuardedWork
}

export function createGuardedSql({ pool, begin }: GuardedSqlParts): GuardedSql {
  if (typeof pool?.connect !== 'function')
    throw new TrimtabError('option_invalid', `guard.sql() needs a pool with connect(). Found ${typeName(pool)}.`)
  const role: BoundRole = createBoundRole()
  const sql: GuardedSql = {
    async transaction(work, { signal } = {}) {
      if (typeof work !== 'function')
        throw new TrimtabError('option_invalid', `transaction() needs a function to call. Found ${typeName(work)}.`)
      const guarded = begin()
      const client = await acquire(pool, signal)
      return runTransaction({ client, role, guarded, signal }, work)
    },
    query<Row extends SqlRow>(text: string, values?: readonly unknown[]): Promise<SqlResult<Row>> {
      return sql.transaction((client) => client.query<Row>(text, values))
    },
  }
  return sql
}

/** A connection that comes after its caller has gone is given back. */
async function acquire(pool: SqlPool, signal: AbortSignal | undefined): Promise<SqlClient> {
  const isAborted = () => signal?.aborted === true
  if (isAborted()) throw abortReason(signal)
  const connecting = pool.connect()
  try {
    return await abortable(connecting, signal)
  } catch (error) {
    if (isAborted()) void connecting.then((late) => late.release()).catch(() => {})
    throw error
  }
}
