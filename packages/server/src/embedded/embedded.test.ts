import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, type PgLike, storeOn } from 'trimtab/postgres'
import { storeContract } from 'trimtab/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder } from '../../../../test/support/temp-folder.ts'
import { openDatabase } from './database/open-database.ts'
import { embeddedStore } from './embedded-store.ts'
import { makeTemplate } from './template/make-template.ts'

const environment = 'checkout/production'

describe('the embedded store keeps the contract of stores', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-'))
  let database: PgLike
  beforeAll(async () => {
    database = await openDatabase(folder)
  }, 60_000)
  afterAll(async () => {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  })

  let made = 0
  const cases = storeContract(async () => {
    made += 1
    const schema = `case_${made}`
    await migrate(database, { schema })
    return {
      store: storeOn({ ...database, close: async () => {} }, { schema }),
      backup: () => backup(database, schema),
    }
  })
  for (const { name, run } of cases) it(name, { timeout: 60_000 }, run)
})

const tables = ['environments', 'revisions', 'changes', 'entries', 'tenants', 'schemas']

/** The rows of all tables; gives what puts them back, as a restore of a dump does. */
async function backup(database: PgLike, schema: string): Promise<() => Promise<void>> {
  const run = (script: string) => database.transaction((session) => session.exec(script))
  await run(tables.map((table) => `create table ${schema}.kept_${table} as table ${schema}.${table};`).join('\n'))
  const copies = tables.map(
    (table) =>
      `delete from ${schema}.${table}; insert into ${schema}.${table} overriding system value table ${schema}.kept_${table};`,
  )
  return () => run(`set local session_replication_role = replica; ${copies.join('\n')}`)
}

async function publish(store: Awaited<ReturnType<typeof embeddedStore>>, value: number): Promise<number> {
  const { cursor } = await store.readEnvironment(environment)
  const result = await store.publish([{ scope: environment, path: 'pool.max', value }], {
    author: 'dana',
    message: 'Black Friday',
    expected: cursor,
  })
  expect(result.kind).toBe('published')
  return cursor.revision + 1
}

describe('embeddedStore', () => {
  it('has what was published when it is opened again', { timeout: 60_000 }, async () => {
    const folder = join(tempFolder(), 'store')
    const first = await embeddedStore({ folder })
    const { cursor: genesis } = await first.readEnvironment(environment)
    await publish(first, 20)
    await first.close()
    await first.close()
    expect(readdirSync(folder)).toEqual(['data'])
    expect(statSync(folder).mode & 0o777).toBe(0o700)

    await using second = await embeddedStore({ folder })
    const { tree, cursor } = await second.readEnvironment(environment)
    expect(tree).toEqual({ pool: { max: 20 } })
    const since = await second.since(environment, genesis, 10)
    expect(since).toMatchObject({ kind: 'changes', cursor, more: false })
  })

  it('wakes its readers at once', { timeout: 60_000 }, async () => {
    await using store = await embeddedStore({ folder: tempFolder() })
    const controller = new AbortController()
    const wakeups = store.wakeups(environment, controller.signal)[Symbol.asyncIterator]()
    await wakeups.next()
    expect(store.feedStatus(environment)).toEqual({ kind: 'push' })
    const woken = wakeups.next()
    await publish(store, 20)
    await woken
    expect(store.listener.counts()).toMatchObject({ received: 1, missed: 0 })
    controller.abort()
    expect((await wakeups.next()).done).toBe(true)
  })

  it('refuses a folder that another one has, says who, and leaves it as it is', { timeout: 60_000 }, async () => {
    const folder = tempFolder()
    const store = await embeddedStore({ folder })
    await expect(embeddedStore({ folder })).rejects.toMatchObject({
      code: 'store_in_use',
      message: expect.stringContaining(`process ${process.pid} on `),
    })
    await publish(store, 20)
    await store.close()
    await (await embeddedStore({ folder })).close()
  })

  it('lets the folder go where it can not be opened, and keeps what is in it', { timeout: 60_000 }, async () => {
    const folder = tempFolder()
    const store = await embeddedStore({ folder })
    await publish(store, 20)
    await store.close()
    cpSync(join(folder, 'data'), join(folder, 'kept'), { recursive: true })
    writeFileSync(join(folder, 'data', 'PG_VERSION'), '12\n')
    const refused = await embeddedStore({ folder }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'store_unavailable', details: { folder } })
    expect(String(refused)).toContain('initialized by PostgreSQL version 12')

    rmSync(join(folder, 'data'), { recursive: true })
    cpSync(join(folder, 'kept'), join(folder, 'data'), { recursive: true })
    await using again = await embeddedStore({ folder })
    expect((await again.readEnvironment(environment)).tree).toEqual({ pool: { max: 20 } })
  })

  it('refuses options that can not be before it takes the folder', async () => {
    const folder = tempFolder()
    await expect(embeddedStore({ folder, referenceSchemes: ['No:'] })).rejects.toMatchObject({ code: 'option_invalid' })
    await (await embeddedStore({ folder })).close()
  }, 60_000)
})

describe('a new store', () => {
  it('is unpacked from the template, and made anew where that does not fit', { timeout: 120_000 }, async () => {
    const template = join(tempFolder(), 'template', 'store.tar.gz')
    await makeTemplate(template)
    expect(readdirSync(join(template, '..'))).toEqual(['store.tar.gz'])

    // Only the template is without these.
    const databases = async (folder: string, file: string) => {
      const database = await openDatabase(folder, file)
      const rows = await database.query('select datname::text as name from pg_database order by 1')
      await database.close()
      return rows.map((row) => row['name'])
    }
    expect(await databases(tempFolder(), template)).toEqual(['postgres'])

    const broken = join(tempFolder(), 'store.tar.gz')
    writeFileSync(broken, 'no archive')
    const folder = tempFolder()
    expect(await databases(folder, broken)).toContain('template0')
    // What was being made when a process was killed is nobody's.
    rmSync(join(folder, 'data'), { recursive: true })
    cpSync(template, join(folder, 'data.new', 'base'))
    expect(await databases(folder, template)).toEqual(['postgres'])
    expect(existsSync(join(folder, 'data.new'))).toBe(false)
  })
})
