import { isTrimtabError } from 'trimtab'
import { migrate, pgDatabase } from 'trimtab/postgres'

/** The environment that every one of them holds, with the tenant's own scope in it. */
export const environment = 'shop/production'

/** A database for each tenant on one server, named after the tenant. */
export interface TenantDatabases {
  /** Where a tenant's values live, as it is reached now: a real service would ask its vault here. */
  urlOf(tenant: string): string
  /** How the server is shown to people. */
  readonly server: string
}

export function tenantDatabases(serverUrl: string): TenantDatabases {
  const server = new URL(serverUrl)
  return {
    urlOf(tenant) {
      const url = new URL(server)
      url.pathname = `/${nameOf(tenant)}`
      return url.href
    },
    server: server.host,
  }
}

/** What an operator does before a tenant is let in: a database, with the tables of a store. What is there is left as it is. */
export async function provide(serverUrl: string, databases: TenantDatabases, tenant: string): Promise<void> {
  const admin = pgDatabase({ connectionString: serverUrl })
  try {
    const found = await admin.query('select datname from pg_database where datname = $1', [nameOf(tenant)])
    if (found.length === 0) await admin.query(`create database "${nameOf(tenant)}"`)
  } finally {
    await admin.close()
  }
  const database = pgDatabase({ connectionString: databases.urlOf(tenant) })
  try {
    await migrate(database)
  } finally {
    await database.close()
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody accepts connections there (ECONNREFUSED)',
  ENOTFOUND: 'the name of the server is unknown (ENOTFOUND)',
  ERR_INVALID_URL: 'it is no URL, such as postgres://user@host:5432/postgres',
  EADDRINUSE: 'the port is busy. Choose another one: npm run example:tenants -- --port 8082',
}

/** Why a server can't be used, without its address, which could hold a password. */
export function whyNot(error: unknown): string {
  if (isTrimtabError(error)) return error.message
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? (reasons[code] ?? code) : 'it can not be reached'
}

function nameOf(tenant: string): string {
  return `trimtab_example_${tenant}`
}
