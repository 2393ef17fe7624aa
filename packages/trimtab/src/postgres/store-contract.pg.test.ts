import { describe, test } from 'vitest'
import { testDatabase, testServers, testTemplate, withConnection } from '../../../../test/support/postgres/database.ts'
import { storeContract } from '../testing/contracts/store-contract.ts'
import { migrate } from './migrations/migrate.ts'
import { pgDatabase } from './pg-database.ts'
import { postgresStore } from './postgres-store.ts'

const tables = ['environments', 'revisions', 'changes', 'entries', 'tenants', 'schemas']

describe.each(testServers())('PostgreSQL $version keeps the contract of stores', (server) => {
  const cases = storeContract(async () => {
    const template = await testTemplate('migrated_store', migrated, server)
    const { url } = await testDatabase({ server, template })
    return {
      store: postgresStore({ connectionString: url }),
      secondHandle: () => postgresStore({ connectionString: url }),
      backup: () => backup(url),
    }
  })
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run(), 60_000)
})

export async function migrated(url: string): Promise<void> {
  const database = pgDatabase({ connectionString: url })
  await migrate(database)
  await database.close()
}

/** The rows of all tables; gives what puts them back, as a restore of a dump does. */
async function backup(url: string): Promise<() => Promise<void>> {
  await withConnection(url, async (client) => {
    for (const table of tables) await client.query(`create table public.kept_${table} as table trimtab.${table}`)
  })
  return () =>
    withConnection(url, async (client) => {
      const copies = tables.map(
        (table) =>
          `delete from trimtab.${table}; insert into trimtab.${table} overriding system value table public.kept_${table};`,
      )
      await client.query(`set session_replication_role = replica; ${copies.join('\n')}`)
    })
}
