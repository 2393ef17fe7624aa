import { deferred } from '../../primitives/concurrency/deferred.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { DisconnectReason } from '../../store/feed/listener-counts.ts'
import { sqlStateName, sqlStateOf } from '../failure/sql-states.ts'
import { quoteIdentifier } from '../identifier.ts'
import type { PgLike, PgListeningSession, PgNotification } from '../pg-like.ts'
import type { FeedTimings } from './timings.ts'

/** Notifications can't be had this way, however often it is tried at once: ask in intervals. */
export class NoPush extends Error {
  override readonly name = 'NoPush'
}

/** A session that has been lost, and how. */
export class SessionLost extends Error {
  override readonly name = 'SessionLost'
  readonly reason: DisconnectReason

  constructor(reason: DisconnectReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** A session on which notifications are known to arrive. */
export interface PushSession {
  listen(channel: string): Promise<void>
  unlisten(channel: string): Promise<void>
  query: PgListeningSession['query']
  readonly ended: Promise<unknown>
  /** Throws `SessionLost` where it is not, or not any more, the session that listens on these channels. */
  prove(channels: readonly string[]): Promise<void>
  end(): void
}

const pooled =
  'Notifications do not get through: the connection goes by a pooler in transaction mode. Listen on a direct connection, or one in session mode.'

interface PushOptions {
  readonly database: PgLike
  readonly clock: Clock
  readonly timings: FeedTimings
  readonly onNotification: (heard: PgNotification) => void
}

/**
 * Opens a session and lets another connection send it a notification. That one arrives while the session is idle, and so do
 * others: a pooler in transaction mode has given the server's connection to somebody else by then.
 */
export async function openPushSession(options: PushOptions, signal: AbortSignal): Promise<PushSession> {
  const { database, clock, timings, onNotification } = options
  const arrived = deferred<void>()
  let proof: string | undefined
  const session = await database.openListener((heard) => {
    if (heard.channel === proof) arrived.resolve()
    else onNotification(heard)
  }, signal)
  try {
    const pid = await backend(session)
    proof = `trimtab_proof_${pid}`
    await session.exec(`listen ${quoteIdentifier(proof)}`).catch((error: unknown) => {
      if (sqlStateName(sqlStateOf(error)) !== 'read_only_sql_transaction') throw error
      throw new NoPush('Nobody can listen on a standby. Connect to the server that takes writes to be told at once.')
    })
    await database.query('select pg_notify($1, $2)::text', [proof, ''], signal)
    const arrival = Promise.race([
      arrived.promise,
      session.ended.then(() => Promise.reject(new SessionLost('ended', 'The connection was lost'))),
    ])
    const end = await runStep({ clock, timeout: timings.proof, signal, run: () => arrival })
    if (end.kind === 'timed_out') throw new NoPush(pooled)
    if (end.kind !== 'done') throw end.error
    // Unlistens from everything that an earlier user of a pooler left behind, too.
    await session.exec('unlisten *')
    return pushSessionOf(session, pid)
  } catch (error) {
    // Politeness towards whoever gets the server's connection next from a pooler; nobody waits for it.
    if (error instanceof NoPush) await finish(session, clock, timings.proof)
    session.end()
    throw error
  }
}

function pushSessionOf(session: PgListeningSession, pid: string): PushSession {
  return {
    listen: (channel) => session.exec(`listen ${quoteIdentifier(channel)}`),
    unlisten: (channel) => session.exec(`unlisten ${quoteIdentifier(channel)}`),
    query: session.query,
    ended: session.ended,
    async prove(channels) {
      const [row] = await session.query(
        `select pg_backend_pid()::text as pid, array_to_json(array(select pg_listening_channels()))::text as channels`,
      )
      const found: unknown = JSON.parse(String(row?.['channels']))
      const isListening = Array.isArray(found) && channels.every((channel) => found.includes(channel))
      if (row?.['pid'] !== pid || !isListening) throw new SessionLost('unheard', 'The session does not listen any more')
    },
    end: () => session.end(),
  }
}

async function backend(session: PgListeningSession): Promise<string> {
  const [row] = await session.query('select pg_backend_pid()::text as pid')
  return String(row?.['pid'])
}

async function finish(session: PgListeningSession, clock: Clock, timeout: number): Promise<void> {
  await runStep({ clock, timeout, run: () => session.exec('unlisten *') })
}
