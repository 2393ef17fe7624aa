import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, expect, it, vi } from 'vitest'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { openDatabase } from './open-database.ts'

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

it('syncs each commit to the disk, and nothing for what only reads', { timeout: 60_000 }, async () => {
  const database = await openDatabase(tempFolder())
  await database.query('create table kept (value text)')
  const sync = vi.spyOn(fs, 'fsyncSync')
  syncBuiltinESMExports()
  await database.query('select value from kept')
  expect(sync).not.toHaveBeenCalled()
  await database.query('insert into kept values ($1)', ['a'])
  expect(sync).toHaveBeenCalled()
  expect(await database.query('select value from kept')).toEqual([{ value: 'a' }])
  const [settings] = await database.query(
    `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages`,
  )
  expect(settings).toEqual({ fsync: 'on', pages: 'on' })
  await database.close()
})
