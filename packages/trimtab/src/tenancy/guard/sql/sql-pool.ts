/** One row of an answer, by column. */
export type SqlRow = Readonly<Record<string, unknown>>

/** What a statement gave, as `pg` gives it. */
export interface SqlResult<Row = SqlRow> {
  readonly rows: readonly Row[]
  readonly rowCount?: number | null | undefined
  /** The first word of what was done: `SELECT`. */
  readonly command?: string | undefined
}

/** One connection of a pool, as `pg` has it. */
export interface SqlClient {
  query(text: string, values?: unknown[]): Promise<SqlResult>
  /** Gives it back; with an error it is closed instead of used again. */
  release(error?: Error): void
  on?(event: 'error', listener: (error: Error) => void): unknown
  removeListener?(event: 'error', listener: (error: Error) => void): unknown
}

/** A pool of connections to PostgreSQL: `new Pool()` of `pg` fits. */
export interface SqlPool {
  connect(): Promise<SqlClient>
}

/** When a statement or transaction is given up. */
export interface SqlOptions {
  /** Releases the caller. A connection that is in use is closed, and PostgreSQL undoes what was under way. */
  readonly signal?: AbortSignal | undefined
}

/** What work inside a transaction may use. It ends with the transaction. */
export interface GuardedClient {
  /** One statement. Refused are those that end the transaction, change the role, or name another tenant. */
  query<Row extends SqlRow = SqlRow>(text: string, values?: readonly unknown[]): Promise<SqlResult<Row>>
}

/**
 * A pool for the current tenant. Every call throws `tenant_context_missing` outside of any tenant in strict mode;
 * elsewhere it runs there with an empty setting, which no policy takes for a tenant. Throws `row_security_bypassed` for a
 * role that row-level security does not hold for: a superuser, one with BYPASSRLS, and the owner of a table whose row
 * security is not forced.
 *
 * It is as good as the policies of the tables: what a view or function does with the rights of its owner, and text of
 * somebody else's that gets into a statement, is beyond it.
 */
export interface GuardedSql extends GuardedClient {
  /** Runs `work` in one transaction: commits what it did, or undoes all of it where it throws or commits nothing. */
  transaction<T>(work: (client: GuardedClient) => T | PromiseLike<T>, options?: SqlOptions): Promise<T>
}
