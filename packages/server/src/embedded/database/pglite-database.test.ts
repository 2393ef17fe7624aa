import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PgLike, PgNotification } from 'trimtab/postgres'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from './open-database.ts'

describe('PGlite as a PgLike', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-'))
  let database: PgLike
  beforeAll(async () => {
    database = await openDatabase(folder)
    await database.query('create table kept (value text)')
  }, 60_000)
  afterAll(async () => {
    await database.close()
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const kept = async () => (await database.query('select value from kept order by 1')).map((row) => row['value'])

  it('commits what resolves, and undoes what rejects or is aborted', async () => {
    await database.transaction((session) => session.query('insert into kept values ($1)', ['a']))
    const fails = database.transaction(async (session) => {
      await session.query('insert into kept values ($1)', ['b'])
      throw new Error('no')
    })
    await expect(fails).rejects.toThrow('no')
    const controller = new AbortController()
    const aborted = database.transaction(async (session) => {
      await session.query('insert into kept values ($1)', ['c'])
      controller.abort(new Error('enough'))
    }, controller.signal)
    await expect(aborted).rejects.toThrow('enough')
    await expect(database.query('select 1', [], controller.signal)).rejects.toThrow('enough')
    expect(await kept()).toEqual(['a'])
  })

  it('says what a statement did wrong as PostgreSQL does', async () => {
    await expect(database.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01', severity: 'ERROR' })
    expect(await kept()).toEqual(['a'])
  })

  it('hears notifications until the session ends', async () => {
    const heard: PgNotification[] = []
    const session = await database.openListener((each) => void heard.push(each), new AbortController().signal)
    await session.exec('listen "a b"')
    await database.query('select pg_notify($1, $2)::text', ['a b', 'first'])
    expect(heard).toEqual([{ channel: 'a b', payload: 'first' }])
    session.end()
    await session.ended
    await database.query('select pg_notify($1, $2)::text', ['a b', 'second'])
    expect(heard).toHaveLength(1)
    await expect(session.query('select 1')).rejects.toThrow('closed')
  })
})
