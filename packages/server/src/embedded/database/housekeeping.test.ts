import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { openDatabase } from './open-database.ts'

const megabytes = 2 ** 20

it('keeps the log of what is written short, however much that is', { timeout: 120_000 }, async () => {
  const folder = tempFolder()
  const database = await openDatabase(folder)
  await database.query('create table kept (value text)')
  await database.query('insert into kept values (null)')
  let most = 0
  // Values of 64 KiB that nothing can compress: 48 MB in all.
  for (let round = 0; round < 768; round += 1) {
    await database.query(
      `update kept set value = (select string_agg(md5($1 || n), '') from generate_series(1, 2048) n)`,
      [String(round)],
    )
    most = Math.max(most, readdirSync(join(folder, 'data', 'pg_wal')).length)
  }
  const [answer] = await database.query(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::text as bytes, pg_total_relation_size('kept')::text as size
     from pg_control_checkpoint()`,
  )
  await database.close()
  expect(Number(answer?.['bytes'])).toBeLessThan(40 * megabytes)
  // All rounds together are 48 MB; what one value after another leaves is used again.
  expect(Number(answer?.['size'])).toBeLessThan(40 * megabytes)
  expect(most).toBeLessThan(60)
})
