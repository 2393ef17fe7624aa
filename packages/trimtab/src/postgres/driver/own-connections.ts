import { TrimtabError } from '../../errors/trimtab-error.ts'
import { loadPeer } from '../../errors/load-peer.ts'
import { singleFlight } from '../../primitives/concurrency/single-flight.ts'
import { destroyStream } from './end-client.ts'
import { guardNewClients } from './guard-new-clients.ts'
import type { PgConnections, PgTimeouts } from './pg-pool.ts'
import type { PgClientLike, PgPoolLike } from './pg-types.ts'

export interface OwnConnections {
  /** `postgres://user:password@host:5432/database`, with what `pg` understands after it. */
  readonly connectionString: string
  /** Connections at most, beside the one that listens. */
  readonly max: number
}

/** Connections that are opened when they are needed, and belong to nobody else. */
export function openConnections({ connectionString, max }: OwnConnections, timeouts: PgTimeouts): PgConnections {
  checkConnectionString(connectionString)
  // pipeline: what is sent one after another need not wait for the answers in between, as at the begin of a transaction.
  const settings = {
    connectionString,
    application_name: 'trimtab',
    keepAlive: true,
    pipeline: true,
  }
  // The pool is not told of it: it would set a timer for everybody who waits for a turn, and leave it behind when it ends.
  // Whoever waits has a deadline anyway.
  const ofClient = { ...settings, connectionTimeoutMillis: timeouts.connect }
  let pool: PgPoolLike | undefined
  let isClosed = false
  const leaving = new Set<Promise<unknown>>()
  /** Those that a pool is waiting for, which it can't be told to give up. */
  const connecting = new Set<PgClientLike>()

  const open = singleFlight(async (): Promise<PgPoolLike> => {
    const { Client, Pool } = await loadPeer('pg', () => import('pg'))
    assertOpen()
    class WatchedClient extends Client {
      constructor() {
        super(ofClient)
        connecting.add(this)
        for (const event of ['connect', 'error', 'end'] as const) this.once(event, () => connecting.delete(this))
      }
    }
    const made = new Pool({ ...settings, max, allowExitOnIdle: true, Client: WatchedClient })
    // Connections that nobody uses are lost too; the next who wants one gets a new one.
    made.on('error', () => {})
    guardNewClients(made)
    pool = made
    return made
  })
  const leave = () => {
    const old = pool
    pool = undefined
    if (old === undefined) return
    const ending = old.end().catch(() => {})
    leaving.add(ending)
    void ending.then(() => leaving.delete(ending))
  }
  const assertOpen = () => {
    if (isClosed) throw new TrimtabError('store_unavailable', 'The store is closed. Make another one.')
  }
  return {
    async pool() {
      assertOpen()
      return pool ?? open()
    },
    async client(): Promise<PgClientLike> {
      const { Client } = await loadPeer('pg', () => import('pg'))
      assertOpen()
      return new Client(ofClient)
    },
    renew: leave,
    async close() {
      isClosed = true
      leave()
      // Whoever waits for one is told that it was lost; told to end, it would say nothing to anybody.
      for (const client of connecting) destroyStream(client)
      await Promise.all(leaving)
    },
  }
}

function checkConnectionString(text: unknown): void {
  if (typeof text === 'string' && /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text) && isDecodable(text)) return
  throw new TrimtabError(
    'option_invalid',
    `connectionString has to be a URL like postgres://user:password@host:5432/database. Found ${typeof text === 'string' ? 'a text that is none' : typeof text}.`,
  )
}

/** Whether a percent sign that is one was written as `%25`: in a password, for instance. */
function isDecodable(text: string): boolean {
  const { username, password, pathname } = new URL(text)
  try {
    return [username, password, pathname].every((part) => typeof decodeURIComponent(part) === 'string')
  } catch {
    return false
  }
}
