import { withConnection } from '../../support/postgres/database.ts'

const tables = ['environments', 'revisions', 'changes', 'entries', 'tenants', 'schemas']

/**
 * Keeps the rows of a store. What it gives puts them back, as the restore of a dump does, and notifies nobody; nobody
 * publishes between `before` and the end of it.
 */
export async function backup(url: string): Promise<(before?: () => Promise<void>) => Promise<void>> {
  const keep = tables.map(
    (table) => `drop table if exists kept_${table}; create table kept_${table} as table trimtab.${table};`,
  )
  await withConnection(url, (client) => client.query(keep.join('\n')))
  const putBack = tables.map(
    (table) =>
      `delete from trimtab.${table}; insert into trimtab.${table} overriding system value table kept_${table};`,
  )
  return (before = async () => {}) =>
    withConnection(url, async (client) => {
      await client.query('begin; lock table trimtab.environments in exclusive mode')
      await before()
      await client.query(`set local session_replication_role = replica; ${putBack.join('\n')} commit`)
    })
}
