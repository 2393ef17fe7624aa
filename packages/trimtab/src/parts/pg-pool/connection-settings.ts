import type { ClientConfig } from 'pg'
import type { PgPoolConfig, PgTlsConfig } from './pg-pool-config.ts'

/** Why a connection can't be made, and the field to correct. Never shows a password, nor a piece of the URL. */
export interface ConnectionRefused {
  readonly field: string
  readonly why: string
}

/** What a connection is made with. Secrets are in it in clear: it is made for each connection, and kept nowhere. */
export function connectionSettings(config: PgPoolConfig): ClientConfig {
  const { url, host, port, user, password, database, tls, statementTimeout, applicationName } = config
  return {
    ...(url === undefined
      ? { host, port, user, database, password: password?.reveal() }
      : { connectionString: url.reveal() }),
    // Said in any case: otherwise the environment of the process would decide.
    ssl: tls === undefined ? false : tlsSettings(tls),
    statement_timeout: statementTimeout,
    application_name: applicationName,
  }
}

/** What is wrong with the fields themselves; undefined where a connection can be tried. */
export function refusedSettings(config: PgPoolConfig): ConnectionRefused | undefined {
  const { url, host, user, tls } = config
  if (url === undefined) {
    if (host === undefined) return { field: 'url', why: 'expected the URL of a server, or its host and user' }
    return user === undefined ? { field: 'user', why: 'expected the name of a user, as url is left away' } : undefined
  }
  const beside = (['host', 'user', 'password', 'database'] as const).find((field) => config[field] !== undefined)
  if (beside !== undefined) return { field: beside, why: 'expected it or url, not both' }
  const text = url.reveal()
  if (!/^postgres(ql)?:\/\/./.test(text) || !URL.canParse(text))
    return { field: 'url', why: 'expected a URL like postgres://user:password@host:5432/database' }
  const { searchParams } = new URL(text)
  const speaksOfTls = [...searchParams.keys()].some((name) => name.startsWith('ssl'))
  if (tls !== undefined && speaksOfTls)
    return { field: 'tls', why: 'expected it, or what the URL says of ssl, not both' }
  return undefined
}

/** What went wrong when a connection was tried. */
export function refusedConnection(error: unknown, config: PgPoolConfig): ConnectionRefused {
  const given = (field: string) => (config.url === undefined || field === 'tls' ? field : 'url')
  const { code, message } = readError(error)
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    const field = code.startsWith('28') ? 'user' : code === '3D000' ? 'database' : 'host'
    return { field: given(field), why: `the server refuses the connection: ${message} (SQLSTATE ${code})` }
  }
  if (/timeout/i.test(message)) {
    return { field: given('host'), why: `the server did not answer within ${config.connectTimeout} ms` }
  }
  if (/password/i.test(message)) return { field: given('password'), why: `no connection could be made: ${message}` }
  if (/SSL|TLS|CERT/.test(code ?? message)) {
    return { field: given('tls'), why: `no encrypted connection could be made: ${code ?? message}` }
  }
  // The message of such an error has the address in it, which can be a piece of the URL.
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nobody accepts connections there',
    ENOTFOUND: 'its name is unknown',
    EAI_AGAIN: 'its name could not be looked up',
    ENOENT: 'there is no such socket or file',
  }
  const reason = reasons[code ?? ''] ?? (code === undefined ? message : 'the connection failed')
  return {
    field: given('host'),
    why: `the server can't be reached: ${reason}${code === undefined ? '' : ` (${code})`}`,
  }
}

function tlsSettings({ verify, ca, serverName, cert, key }: PgTlsConfig): NonNullable<ClientConfig['ssl']> {
  return {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: key.reveal() }),
  }
}

function readError(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { code, message: error.message }
}
