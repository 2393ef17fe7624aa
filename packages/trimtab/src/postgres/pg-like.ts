/** A row by its column names, with the values as the driver reads them. */
export type PgRow = Readonly<Record<string, unknown>>

/** A connection of one's own. */
export interface PgSession {
  /** Runs one statement with values for `$1`, `$2` and so on. */
  query(text: string, values?: readonly unknown[]): Promise<readonly PgRow[]>
  /** Runs a script of several statements, without values. */
  exec(script: string): Promise<void>
}

/** What PostgreSQL tells a session that listens. */
export interface PgNotification {
  readonly channel: string
  readonly payload: string
}

/** A connection that is kept open to listen on. */
export interface PgListeningSession extends PgSession {
  /** Resolves, with what is known of the reason, when the connection has ended, by whomever. Never rejects. */
  readonly ended: Promise<unknown>
  /** Ends it at once and waits for nobody: what is under way on it rejects. Idempotent. */
  end(): void
}

/**
 * What a store needs of PostgreSQL: `pgDatabase` makes it of the package `pg`, and the embedded store of PGlite. Both
 * run the same statements, and all of them read text only, so that nothing hangs on how a driver reads types. What it
 * throws is what the driver threw; its users give it another form.
 */
export interface PgLike {
  /**
   * Runs one statement on any connection, as a transaction of its own. When the signal aborts it rejects with the reason, and
   * the connection is closed, so that nothing is held.
   */
  query(text: string, values?: readonly unknown[], signal?: AbortSignal): Promise<readonly PgRow[]>
  /** Runs work in a transaction on one connection: committed when it resolves, undone when it rejects or the signal aborts. */
  transaction<T>(work: (session: PgSession) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Opens a connection to listen on. What it hears goes to `onNotification` until it has ended. */
  openListener(onNotification: (heard: PgNotification) => void, signal: AbortSignal): Promise<PgListeningSession>
  /** Connections that nobody uses may be dead, as one that listened was: opens others for what comes next. */
  renew(): void
  /** Ends what it has opened itself, and nothing that was given to it. Idempotent. */
  close(): Promise<void>
}
