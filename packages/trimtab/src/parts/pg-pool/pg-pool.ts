import { pgPoolCheck } from '../../health/adapters/pg-pool-check.ts'
import { isSameValue } from '../../model/diff.ts'
import {
  type CheckContext,
  defineModule,
  type HealthContext,
  type HookContext,
  type Module,
  type ModuleTimeouts,
} from '../../modules/define-module.ts'
import { abortReason } from '../../primitives/concurrency/abort.ts'
import type { Section } from '../../schema/section.ts'
import { type PartHealth, partHealth } from '../part-health.ts'
import { refusal } from '../refusal.ts'
import { type ConnectionRefused, refusedConnection, refusedSettings } from './connection-settings.ts'
import { type OpenPool, openPool, type PgPool } from './open-pool.ts'
import { connectionFields, type PgPoolConfig } from './pg-pool-config.ts'

/** The section of a pool, and what hangs on its database. */
export interface PgPoolOptions extends ModuleTimeouts {
  /** Default: `database`. */
  readonly name?: string | undefined
  readonly config: Section<PgPoolConfig>
  /**
   * Whether a connection is made with new settings before anything changes, so that a database which can't be reached
   * refuses the change, and the start of the service. Default: true.
   */
  readonly tryConnection?: boolean | undefined
  /**
   * How often the database is asked, and how much hangs on it. Default: `{ shared: true }`, as every instance uses the same
   * one: when it is down, no instance is better than another.
   */
  readonly health?: PartHealth | undefined
}

/**
 * Connections to a PostgreSQL database. What limits them (`max`, `idleTimeout`, `connectTimeout`) changes in place; where
 * and as whom they connect, and what the server is told at the beginning, brings new ones beside the old: a connection is
 * tried first, and a database that refuses it refuses the change, with the reason and without the password. The old
 * connections end when their users are done. Its health check asks the database and tells how much of the pool is in use.
 * Needs the package `pg`.
 *
 * @example
 * const database = pgPoolModule({ config: config.section('database') })
 * const plane = await createPlane({ config, sources, modules: [database] })
 * const { rows } = await plane.use(database, (pool) => pool.query('select now()'))
 */
export function pgPoolModule(options: PgPoolOptions): Module<PgPool> {
  const { name = 'database', config: section, tryConnection = true, health, ...timeouts } = options
  const refuse = ({ field, why }: ConnectionRefused) => refusal({ section, field }, why)

  const open = async (config: PgPoolConfig, { log }: HookContext): Promise<OpenPool> => {
    const refused = refusedSettings(config)
    if (refused !== undefined) throw refuse(refused)
    return openPool(config, log).catch((error: unknown) => {
      // What the URL names can be missing, a file of certificates for instance.
      throw isAbout(error, 'dependency_missing') ? error : refuse(refusedConnection(error, config))
    })
  }
  const prove = async (pool: OpenPool, config: PgPoolConfig, signal: AbortSignal): Promise<OpenPool> => {
    try {
      await pool.ask('select 1', signal)
      return pool
    } catch (error) {
      await pool.close(AbortSignal.abort())
      throw signal.aborted ? abortReason(signal) : refuse(refusedConnection(error, config))
    }
  }

  const module = defineModule({
    ...timeouts,
    name,
    config: section,
    replaceOn: connectionFields,
    async check(context: CheckContext<PgPoolConfig, OpenPool>) {
      const { next, previous, resource, signal } = context
      const isSame = connectionFields.every((field) => isSameValue(next[field], previous?.[field]))
      if (resource !== undefined && isSame) return undefined
      const pool = await open(next, context)
      return tryConnection ? prove(pool, next, signal) : pool
    },
    async start({ config, prepared, ...context }) {
      return prepared ?? open(config, context)
    },
    reload({ next, previous, resource }) {
      resource.apply(next)
      return () => resource.apply(previous)
    },
    stop: ({ resource, signal }) => resource.close(signal),
    ...partHealth(health, { shared: true }, ({ resource, signal }: HealthContext<PgPoolConfig, OpenPool>) => {
      const { pool } = resource
      const query = (text: string) => resource.ask(text, signal)
      const { totalCount, idleCount, waitingCount, options: limits } = pool
      return pgPoolCheck({ pool: { query, totalCount, idleCount, waitingCount, options: limits } }).run({ signal })
    }),
  })
  return module
}

function isAbout(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
