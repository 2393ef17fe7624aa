import { z } from 'zod'
import type { Secret } from '../../model/secrecy/secret.ts'
import { dynamic, secret } from '../../schema/marks.ts'
import { duration } from '../../schema/units.ts'

/**
 * The configuration of a pool of connections to PostgreSQL, to be put into a schema of your own. All of it changes while
 * the service runs. The server is named by `url`, or by `host` and `user` and what goes with them.
 *
 * @example
 * const config = defineConfig(z.object({ database: pgPoolSchema }))
 */
export const pgPoolSchema = dynamic(
  z.object({
    url: secret(z.string().optional()).describe('postgres://user:password@host:5432/database'),
    host: z.string().min(1).optional().describe('The name or address of the server, in place of url'),
    port: z.number().int().min(1).max(65_535).default(5432).describe('The port of the server, where url is left away'),
    user: z.string().min(1).optional().describe('Who connects, where url is left away'),
    password: secret(z.string().optional()).describe('The password, where url is left away'),
    database: z.string().min(1).optional().describe('The database, where url is left away. Default: named as the user'),
    tls: z
      .object({
        verify: z.boolean().default(true).describe('Whether the certificate of the server has to be trusted'),
        ca: z.string().optional().describe('Certificates as PEM that are trusted in place of the usual ones'),
        serverName: z.string().min(1).optional().describe('The name the certificate is for, where it is not the host'),
        cert: z.string().optional().describe('The own certificate as PEM'),
        key: secret(z.string().optional()).describe('The key of the own certificate as PEM'),
      })
      .optional()
      .describe('Encrypts the connections. Default: as the URL says, otherwise not'),
    max: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(10)
      .describe('Open connections at most; further users wait for one'),
    idleTimeout: duration().default('10s').describe('How long an unused connection stays open; 0 for ever'),
    connectTimeout: duration({ min: '1ms' })
      .default('4s')
      .describe('How long connecting, and waiting for a free connection, may take'),
    statementTimeout: duration({ min: '1ms' })
      .optional()
      .describe('How long a statement may take until the server ends it. Default: what the server has set'),
    applicationName: z
      .string()
      .min(1)
      .max(63)
      .optional()
      .describe('How the connections are called in pg_stat_activity'),
  }),
)

/** The server by its URL, or by host and user and what goes with them. Times are milliseconds. */
export interface PgPoolConfig {
  readonly url?: Secret | undefined
  readonly host?: string | undefined
  readonly port: number
  readonly user?: string | undefined
  readonly password?: Secret | undefined
  readonly database?: string | undefined
  readonly tls?: PgTlsConfig | undefined
  readonly max: number
  readonly idleTimeout: number
  readonly connectTimeout: number
  readonly statementTimeout?: number | undefined
  readonly applicationName?: string | undefined
}

/** Texts are PEM. */
export interface PgTlsConfig {
  readonly verify: boolean
  readonly ca?: string | undefined
  readonly serverName?: string | undefined
  readonly cert?: string | undefined
  readonly key?: Secret | undefined
}

/** What a connection is made with: another value needs other connections. The other fields hold for those that are open. */
export const connectionFields = [
  'url',
  'host',
  'port',
  'user',
  'password',
  'database',
  'tls',
  'statementTimeout',
  'applicationName',
] as const satisfies readonly (keyof PgPoolConfig)[]
