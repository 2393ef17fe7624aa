import type { Socket } from 'node:net'
import { describeThrown } from '../../errors/trimtab-error.ts'
import { abortable, onAbort } from '../../primitives/concurrency/abort.ts'
import { type Deferred, deferred } from '../../primitives/concurrency/deferred.ts'
import type { Logger } from '../../primitives/logger.ts'
import { loadPeer } from '../../errors/load-peer.ts'
import { connectionSettings } from './connection-settings.ts'
import type { PgPoolConfig } from './pg-pool-config.ts'

/** What a statement gave. */
export interface PgResult<Row> {
  readonly rows: Row[]
  readonly rowCount: number | null
  /** `SELECT`, `INSERT` */
  readonly command: string
}

/** A statement with its values; one with a name is prepared once on each connection. */
export interface PgStatement {
  readonly text: string
  readonly values?: unknown[] | undefined
  readonly name?: string | undefined
}

/** Runs one statement. */
export interface PgQueryable {
  query<Row extends object = Record<string, unknown>>(
    statement: string | PgStatement,
    values?: unknown[],
  ): Promise<PgResult<Row>>
}

/** One connection, for whoever has taken it. */
export interface PgConnection extends PgQueryable {
  /** Gives it back; with an error, or `true`, it is closed. */
  release(error?: Error | boolean): void
}

/** Connections to one database. */
export interface PgPool extends PgQueryable {
  /** A connection of one's own, for a transaction: `release()` it whatever happens. */
  connect(): Promise<PgConnection>
  /** The `Pool` of `pg` itself, for libraries that take one. Typed as what is used of it here, so that nobody needs its types. */
  readonly pool: PgNativePool
  /** Connections at most. */
  readonly max: number
  /** Connections that are open. */
  readonly totalCount: number
  /** Connections that nobody uses. */
  readonly idleCount: number
  /** Users that wait for a connection. */
  readonly waitingCount: number
}

/** The part of pg's `Pool` that is used. */
export interface PgNativePool extends PgQueryable {
  connect(): Promise<PgConnection>
  end(): Promise<void>
  on(event: 'release', listener: () => void): unknown
  readonly options: {
    max: number
    idleTimeoutMillis?: number | null | undefined
    connectionTimeoutMillis?: number | undefined
  }
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly ending: boolean
  readonly ended: boolean
}

/** What can be changed of a pool whose connections are open. */
type Limits = Pick<PgPoolConfig, 'max' | 'idleTimeout' | 'connectTimeout'>

/** Gives a pool that has no connection yet. Throws where the URL can't be read. */
export async function openPool(config: PgPoolConfig, log: Logger): Promise<OpenPool> {
  const [{ Pool, Client }, { Socket: NetSocket }] = await Promise.all([
    loadPeer('pg', () => import('pg')),
    import('node:net'),
  ])
  const sockets = new Set<Socket>()
  // Secrets reach each connection by this way alone: the options of the pool are printed with it.
  class OwnClient extends Client {
    constructor(options?: object) {
      super({ ...options, ...connectionSettings(config), stream: openSocket })
      // Without a listener the loss of a connection that somebody has taken would end the process. Its user is told by the query.
      this.on('error', (error) => log.debug(`A connection was lost: ${describeThrown(error)}`))
    }
  }
  const openSocket = () => {
    const socket = new NetSocket()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  // Reads the URL, and connects to nothing.
  readSettings(OwnClient, sockets)
  const pool = new Pool({ Client: OwnClient, allowExitOnIdle: true })
  pool.on('error', (error) => log.warn(`A connection that nobody used was lost: ${describeThrown(error)}`))
  return new OpenPool(pool, sockets, config)
}

function readSettings(Client: new () => unknown, sockets: Set<Socket>): void {
  void new Client()
  sockets.clear()
}

/** One pool from its first connection to its end. */
export class OpenPool implements PgPool {
  readonly #pool: PgNativePool
  readonly #sockets: ReadonlySet<Socket>
  #surplus = 0
  #closed: Deferred<void> | undefined

  constructor(pool: PgNativePool, sockets: ReadonlySet<Socket>, limits: Limits) {
    this.#pool = pool
    this.#sockets = sockets
    pool.on('release', () => this.#shrink())
    this.apply(limits)
  }

  // Getters of the prototype: a printed resource shows nothing of what pg keeps.
  get pool(): PgNativePool {
    return this.#pool
  }

  get max(): number {
    return this.#pool.options.max
  }

  get totalCount(): number {
    return this.#pool.totalCount
  }

  get idleCount(): number {
    return this.#pool.idleCount
  }

  get waitingCount(): number {
    return this.#pool.waitingCount
  }

  query<Row extends object = Record<string, unknown>>(
    statement: string | PgStatement,
    values?: unknown[],
  ): Promise<PgResult<Row>> {
    return values === undefined ? this.#pool.query<Row>(statement) : this.#pool.query<Row>(statement, values)
  }

  connect(): Promise<PgConnection> {
    return this.#pool.connect()
  }

  /** pg reads each of these when it next needs it. Connections beyond the new maximum are closed as they become free. */
  apply({ max, idleTimeout, connectTimeout }: Limits): void {
    const { options } = this.#pool
    options.max = max
    options.idleTimeoutMillis = idleTimeout
    options.connectionTimeoutMillis = connectTimeout
    this.#shrink()
  }

  /** Runs a statement. When the signal aborts, its connection is closed, so that nothing goes on. */
  async ask(statement: string, signal: AbortSignal): Promise<unknown> {
    const connecting = this.#pool.connect()
    const client = await abortable(connecting, signal).catch((error: unknown) => {
      connecting.then((late) => late.release()).catch(() => {})
      throw error
    })
    let isDone = false
    try {
      const result = await abortable(client.query(statement), signal)
      isDone = true
      return result
    } finally {
      client.release(!isDone)
    }
  }

  /** Waits until every connection has been given back and has ended; cuts them off when the signal aborts. */
  async close(signal?: AbortSignal): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = deferred()
      // It resolves when the last user has given back a connection, and knows nothing of those that were cut off.
      void this.#pool.end().catch(() => {})
      this.#noteClosed()
      for (const socket of this.#sockets) socket.once('close', () => this.#noteClosed())
    }
    const release = onAbort(signal, () => this.#cut())
    await this.#closed.promise
    release()
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #noteClosed(): void {
    if (this.#sockets.size === 0) this.#closed?.resolve()
  }

  /** pg closes no connection for a lower maximum. Surplus ones are asked for like any other, and closed when they come. */
  #shrink(): void {
    const { totalCount, options, ending } = this.#pool
    while (!ending && totalCount - this.#surplus > options.max) {
      this.#surplus += 1
      this.#pool
        .connect()
        .then((client) => {
          this.#surplus -= 1
          client.release(this.#pool.totalCount > this.#pool.options.max)
        })
        // All were in use for too long: it is tried again when one is given back.
        .catch(() => {
          this.#surplus -= 1
        })
    }
  }
}
