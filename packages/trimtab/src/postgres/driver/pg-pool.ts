import { deferred } from '../../primitives/concurrency/deferred.ts'
import { abortable, onAbort } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { PgLike, PgListeningSession, PgNotification, PgRow } from '../pg-like.ts'
import { cutOff } from './end-client.ts'
import { sessionOf } from './pg-session.ts'
import type { PgClientLike, PgPoolLike } from './pg-types.ts'
import { withClient } from './with-client.ts'

/** Where connections come from. */
export interface PgConnections {
  /** Rejects where there is no pool to be had; asked each time, so that it can be made when it is first needed. */
  pool(): Promise<PgPoolLike>
  /** A client that is not of the pool. It is connected here. */
  client(): Promise<PgClientLike>
  renew(): void
  close(): Promise<void>
}

/** Milliseconds. */
export interface PgTimeouts {
  readonly query: number
  readonly connect: number
}

/** The package `pg` as what a store needs of PostgreSQL. */
export function createPgDatabase(connections: PgConnections, clock: Clock, timeouts: PgTimeouts): PgLike {
  const { query: timeout } = timeouts
  return {
    async query(text, values = [], signal) {
      const { rows } = await withClient(await connections.pool(), { clock, timeout, signal }, (client) =>
        client.query(text, [...values]),
      )
      // Without a rowMode of its own, pg makes each row an object.
      return rows as PgRow[]
    },
    async transaction(work, signal) {
      // How long the work is at it is its own affair.
      return withClient(await connections.pool(), { clock, timeout: longest, signal }, async (client) => {
        const session = sessionOf(client)
        await session.exec('begin')
        try {
          const result = await work(session)
          await session.exec('commit')
          return result
        } catch (error) {
          await session.exec('rollback').catch(() => {})
          throw error
        }
      })
    },
    async openListener(onNotification, signal) {
      return openSession(await connections.client(), onNotification, signal)
    },
    renew: () => connections.renew(),
    close: () => connections.close(),
  }
}

/** What timers can wait for. */
const longest = 2 ** 31 - 1

async function openSession(
  client: PgClientLike,
  onNotification: (heard: PgNotification) => void,
  signal: AbortSignal,
): Promise<PgListeningSession> {
  const ended = deferred<unknown>()
  // The listener stays for good: an error that comes after the end must not become one of the process.
  client.on('error', (error) => ended.resolve(error))
  client.on('end', () => ended.resolve(undefined))
  client.on('notification', ({ channel, payload = '' }) => onNotification({ channel, payload }))
  const stopListening = onAbort(signal, () => cutOff(client))
  try {
    await abortable(client.connect(), signal)
    client.unref?.()
  } catch (error) {
    cutOff(client)
    throw error
  } finally {
    stopListening()
  }
  return { ...sessionOf(client), ended: ended.promise, end: () => cutOff(client) }
}
