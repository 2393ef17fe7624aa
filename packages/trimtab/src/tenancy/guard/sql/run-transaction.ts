import { describeThrown, TrimtabError } from '../../../errors/trimtab-error.ts'
import { abortable } from '../../../primitives/concurrency/abort.ts'
import type { GuardedWork } from '../guard.ts'
import type { BoundRole } from './bound-role.ts'
import { refuseStatement } from './refused-statement.ts'
import type { GuardedClient, SqlClient, SqlResult, SqlRow } from './sql-pool.ts'

export interface TransactionParts {
  readonly client: SqlClient
  readonly role: BoundRole
  readonly guarded: GuardedWork
  readonly signal: AbortSignal | undefined
}

/** Runs `work` between `begin` and `commit` as the tenant, and gives the connection back whatever happens. */
export async function runTransaction<T>(
  { client, role, guarded, signal }: TransactionParts,
  work: (client: GuardedClient) => T | PromiseLike<T>,
): Promise<T> {
  // A connection that breaks while it is in use says so by an event as well, which would end the process unheard.
  let broken: Error | undefined
  const onError = (error: Error) => {
    broken = error
  }
  client.on?.('error', onError)
  const session = openSession(client, guarded)
  try {
    await client.query('begin')
    // What no tenant can be called: no policy that compares with it lets anything through.
    await role.enter(client, guarded.tenant ?? '')
    const value = await abortable((async () => work(session.client))(), signal)
    await session.end()
    const { command } = await client.query('commit')
    // PostgreSQL undoes what had a failed statement in it, and calls that no error.
    if (command === 'ROLLBACK') throw session.failure()
    return value
  } catch (error) {
    // A statement that is under way can't be called back but by closing its connection.
    if (signal?.aborted === true) broken = toError(error)
    else broken ??= await session.end().then(() => rollBack(client))
    throw error
  } finally {
    session.abandon()
    client.removeListener?.('error', onError)
    if (broken === undefined) client.release()
    else client.release(broken)
  }
}

/** Gives why the connection can't be used again; undefined where it can. */
async function rollBack(client: SqlClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return toError(error)
  }
}

interface Session {
  readonly client: GuardedClient
  /** Takes no more statements, and waits for those that are under way. */
  end(): Promise<void>
  /** Takes no more statements. */
  abandon(): void
  /** What made PostgreSQL undo the transaction. */
  failure(): unknown
}

function openSession(client: SqlClient, guarded: GuardedWork): Session {
  let isOpen = true
  let failed: { readonly error: unknown } | undefined
  const running = new Set<Promise<unknown>>()
  const ask = async (text: string, values: readonly unknown[] | undefined) => {
    try {
      return await client.query(text, values === undefined ? undefined : [...values])
    } catch (error) {
      failed = { error }
      throw error
    }
  }
  return {
    client: {
      async query<Row extends SqlRow>(text: string, values?: readonly unknown[]): Promise<SqlResult<Row>> {
        guarded.check()
        // The connection may be another tenant's by now.
        if (!isOpen)
          throw new TrimtabError(
            'tenant_mismatch',
            'A statement came after its transaction had ended. Await it inside.',
          )
        refuseStatement(text)
        const asked = ask(text, values)
        running.add(asked)
        try {
          // The caller says what columns its own statement gives.
          return (await asked) as SqlResult<Row>
        } finally {
          running.delete(asked)
        }
      },
    },
    async end() {
      isOpen = false
      await Promise.allSettled(running)
    },
    abandon() {
      isOpen = false
    },
    failure: () => failed?.error ?? new TrimtabError('internal', 'PostgreSQL undid a transaction without an error.'),
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(describeThrown(thrown))
}
