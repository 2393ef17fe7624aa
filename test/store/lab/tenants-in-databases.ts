import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { PlaneOptions } from '../../../packages/trimtab/src/plane/options.ts'
import { startPlane } from '../../../packages/trimtab/src/plane/on-demand/start-plane.ts'
import {
  migrate,
  pgDatabase,
  type PostgresDatabases,
  postgresDatabases,
} from '../../../packages/trimtab/src/postgres/index.ts'
import { objectSource } from '../../../packages/trimtab/src/sources/object.ts'
import type { OpenTenantStore } from '../../../packages/trimtab/src/store/homes/home-options.ts'
import { withConnection } from '../../support/postgres/database.ts'
import { type Config, config, environment } from '../../support/store-world.ts'

/** A plane whose tenants have a database each: what their ids say in `urls`, as it is when they are reached. */
export async function planeOver(
  urls: Readonly<Record<string, string | { readonly url: string; readonly schema: string }>>,
  options: {
    readonly open?: OpenTenantStore
    readonly databases?: PostgresDatabases
    readonly idleAfter?: number
    readonly idlePoll?: number
    readonly plane?: Partial<PlaneOptions>
  } = {},
) {
  const { databases = postgresDatabases(), plane: planeOptions, ...rest } = options
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const opened: string[] = []
  const open: OpenTenantStore = (tenant) => {
    const at = urls[tenant]
    if (at === undefined) throw new Error('There is no such database')
    const place = typeof at === 'string' ? { url: at, schema: undefined } : at
    opened.push(tenant)
    return databases.store({ connectionString: place.url, schema: place.schema, max: 1, queryTimeout: 3_000 })
  }
  const plane = await startPlane<Config>({
    config,
    logger: { debug() {}, info: write, warn: write, error: write },
    sources: [objectSource({})],
    tenants: { mode: 'perDatabase', environment, open, ...rest },
    ...planeOptions,
  })
  onTestFinished(async () => {
    await plane.close()
    await databases.close()
  })
  const rate = (tenant: string) => plane.tenants.get(tenant).config.limits.rate
  return { plane, tenants: plane.tenants, databases, rate, lines, opened }
}

/** How many sessions there are in a database of ours, whoever they are of. */
export async function sessionsIn(url: string, which: 'all' | 'listening' = 'all', where = 'true'): Promise<number> {
  const listening = "query ~* '(listen|notify_readers)'"
  const text = `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and backend_type = 'client backend' and ${which === 'all' ? 'true' : listening} and ${where}`
  return withConnection(url, async (client) => (await client.query(text)).rowCount ?? 0)
}

/** Runs a script as the superuser. */
export const sql = (url: string, text: string) => withConnection(url, async (client) => void (await client.query(text)))

/** Two users who may read and listen in a database, and nothing else. They are dropped with the test. */
export async function twoReaders(url: string, schema = 'trimtab') {
  const names = [1, 2].map(() => `reader_${randomUUID().replaceAll('-', '')}`)
  const [first = '', second = ''] = names
  for (const name of names) await sql(url, `create role ${name} login in role "${schema}_reader"`)
  onTestFinished(async () => {
    for (const name of names) await sql(url, `drop owned by ${name}; drop role ${name}`)
  })
  const as = (name: string) => url.replace('postgres@', `${name}@`)
  return { first: { name: first, url: as(first) }, second: { name: second, url: as(second) } }
}

/** A store in a schema of its own, in a database with others. Its roles are dropped with the test. */
export async function schemaIn(url: string, schema: string): Promise<void> {
  const database = pgDatabase({ connectionString: url })
  await migrate(database, { schema })
  await database.close()
  onTestFinished(async () => {
    for (const role of ['owner', 'publisher', 'reader'])
      await sql(url, `drop owned by "${schema}_${role}"; drop role "${schema}_${role}"`)
  })
}
