/** Which database a connection string leads to, and as whom. Without what proves it. */
export interface DatabaseAddress {
  /** `host:port/database`, as it is written: two names of one host are two addresses. */
  readonly database: string
  readonly user: string
}

/** Of a connection string that has been checked. What stands after the question mark counts as `pg` has it. */
export function addressOf(connectionString: string): DatabaseAddress {
  const url = new URL(connectionString)
  const named = (name: string, written: string) => url.searchParams.get(name) ?? decodeURIComponent(written)
  const user = named('user', url.username)
  const host = named('host', url.hostname).toLowerCase()
  const port = named('port', url.port) || '5432'
  return { database: `${host}:${port}/${named('dbname', url.pathname.slice(1)) || user}`, user }
}
