/** What is used of a client of the package `pg`, so that nobody needs its types to read ours. */
export interface PgClientLike {
  connect(): Promise<unknown>
  query(statement: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
  end(): Promise<unknown>
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  on(event: 'notification', listener: (heard: { channel: string; payload?: string | undefined }) => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
  /** Lets the process end although it is connected. */
  unref?(): void
}

/** What a pool of `pg` hands out. */
export interface PooledClientLike extends PgClientLike {
  /** Gives it back; true closes it. */
  release(destroy?: boolean): void
}

/** What is used of a pool of `pg`. */
export interface PgPoolLike {
  connect(): Promise<PooledClientLike>
  end(): Promise<unknown>
  readonly options: object
}
