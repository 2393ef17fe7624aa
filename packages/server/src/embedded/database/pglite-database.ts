import type { PGlite } from '@electric-sql/pglite'
import type { PgLike, PgRow, PgSession } from 'trimtab/postgres'
import { createHousekeeping } from './housekeeping.ts'

/** What runs statements: PGlite itself, or a transaction on it. */
type Runner = Pick<PGlite, 'query' | 'exec'>

/**
 * PGlite as what a store needs of PostgreSQL. There is one session, and it does one thing after another: a transaction
 * has it to itself, and everything else waits for its end. A signal lets go of who waits; what is under way is done to its
 * end, as on a server that was not reached in time.
 */
export function createPgliteDatabase(pglite: PGlite): PgLike {
  const housekeeping = createHousekeeping(pglite)
  const listeners = new Set<() => void>()
  let closed: Promise<void> | undefined

  const close = async () => {
    for (const end of [...listeners]) end()
    await housekeeping.finish()
    if (!pglite.closed) await pglite.close()
  }
  return {
    async query(text, values = [], signal) {
      signal?.throwIfAborted()
      const rows = await untilAborted(queryOn(pglite, text, values), signal)
      housekeeping.note()
      return rows
    },
    async transaction(work, signal) {
      signal?.throwIfAborted()
      const run = pglite.transaction(async (transaction) => {
        const result = await work(sessionOn(transaction))
        // What throws in here is undone.
        signal?.throwIfAborted()
        return result
      })
      const result = await untilAborted(run, signal)
      housekeeping.note()
      return result
    },
    async openListener(onNotification, signal) {
      signal.throwIfAborted()
      let hasEnded = false
      let resolveEnded = () => {}
      const ended = new Promise<void>((resolve) => (resolveEnded = resolve))
      const stopHearing = pglite.onNotification((channel, payload) => onNotification({ channel, payload }))
      const end = () => {
        hasEnded = true
        stopHearing()
        listeners.delete(end)
        resolveEnded()
      }
      listeners.add(end)
      const session = sessionOn(pglite)
      const alive = () => {
        if (hasEnded) throw new Error('The connection was closed')
      }
      return {
        async query(text, values) {
          alive()
          return session.query(text, values)
        },
        async exec(script) {
          alive()
          return session.exec(script)
        },
        ended,
        end,
      }
    },
    renew() {},
    close: () => (closed ??= close()),
  }
}

function sessionOn(runner: Runner): PgSession {
  return {
    query: (text, values = []) => queryOn(runner, text, values),
    async exec(script) {
      await runner.exec(script)
    },
  }
}

async function queryOn(runner: Runner, text: string, values: readonly unknown[]): Promise<readonly PgRow[]> {
  const { rows } = await runner.query<PgRow>(text, [...values])
  return rows
}

/** What comes after the signal goes to nobody. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted'))
    signal.addEventListener('abort', abort, { once: true })
    stop = () => signal.removeEventListener('abort', abort)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    stop()
  }
}
