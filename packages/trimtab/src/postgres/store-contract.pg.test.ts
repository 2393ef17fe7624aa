import { describe, test } from 'vitest'
import { testServers, withConnection } from '../../../../test/support/postgres/database.ts'
import { migratedDatabase } from '../../../../test/support/postgres/migrated-database.ts'
import { storeContract } from '../testing/contracts/store-contract.ts'
import { postgresStore } from './postgres-store.ts'

const tables = ['environments', 'revisions', 'changes', 'entries', 'tenants', 'schemas']

describe.each(testServers())('PostgreSQL $version keeps the contract of stores', (server) => {
  const cases = storeContract(async () => {
    const { url } = await migratedDatabase(server)
    return {
      store: postgresStore({ connectionString: url }),
      secondHandle: () => postgresStore({ connectionString: url }),
      backup: () => backup(url),
    }
  })
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run(), 60_000)
})

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
