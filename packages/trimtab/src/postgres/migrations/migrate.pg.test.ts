import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type TestDatabase,
  testDatabase,
  testServers,
  withConnection,
} from '../../../../../test/support/postgres/database.ts'
import { migratedDatabase } from '../../../../../test/support/postgres/migrated-database.ts'
import { pgDatabase } from '../pg-database.ts'
import { checkMigrations, migrate, printMigrations } from './migrate.ts'

const open = ({ url }: { readonly url: string }) => {
  const database = pgDatabase({ connectionString: url })
  onTestFinished(() => database.close())
  return database
}

const rows = async (database: TestDatabase, text: string) => {
  const result = await withConnection(database.url, (client) => client.query(text))
  return result.rows as unknown[]
}

describe.each(testServers())('on PostgreSQL $version', (server) => {
  it('makes what is missing, once', async () => {
    const database = open(await testDatabase({ server }))
    expect(await checkMigrations(database)).toEqual({ applied: [], pending: ['0001-store'], unknown: [], missing: [] })
    expect(await migrate(database)).toEqual({ applied: ['0001-store'], pending: [], unknown: [], missing: [] })
    expect(await migrate(database)).toEqual({ applied: [], pending: [], unknown: [], missing: [] })
    expect(await checkMigrations(database)).toEqual({ applied: [], pending: [], unknown: [], missing: [] })
  })

  it('is done by one of ten processes that start at once, and none fails', async () => {
    const { url } = await testDatabase({ server })
    const answers = await Promise.all(Array.from({ length: 10 }, () => migrateElsewhere(url)))
    expect(answers.map(({ missing }) => missing)).toEqual(Array.from({ length: 10 }, () => []))
    expect(answers.filter(({ applied }) => applied.length > 0)).toHaveLength(1)
  }, 60_000)

  it('prints what it would do, which does it', async () => {
    const database = await testDatabase({ server })
    await withConnection(database.url, (client) => client.query(printMigrations({ schema: 'Odd-name' })))
    expect(await checkMigrations(open(database), { schema: 'Odd-name' })).toMatchObject({
      pending: [],
      unknown: [],
      missing: [],
    })
  })
})

it('keeps stores in different schemas of one database apart', async () => {
  const database = open(await testDatabase())
  expect((await migrate(database, { schema: 'Acme-eu' })).missing).toEqual([])
  expect((await checkMigrations(database, { schema: 'other' })).pending).toEqual(['0001-store'])
  expect((await checkMigrations(database, { schema: 'Acme-eu' })).pending).toEqual([])
})

it.each(['', 'pg_catalogue', 'a"b', "a'b", 'a b', 'x'.repeat(49), '1a', 7])('refuses a schema called %j', (schema) => {
  // What a program in JavaScript can give.
  expect(() => printMigrations({ schema: schema as string })).toThrow(/schema has to be a name/)
})

it('does all of it or nothing', async () => {
  const test = await testDatabase()
  await withConnection(test.url, (client) =>
    client.query('create schema trimtab; create table trimtab.tenants (mine int)'),
  )
  await expect(migrate(open(test))).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(await rows(test, "select count(*)::int as tables from pg_tables where schemaname = 'trimtab'")).toEqual([
    { tables: 1 },
  ])
})

it('refuses a store with a newer breaking migration, and goes on with one that breaks nothing', async () => {
  const test = await testDatabase()
  const database = open(test)
  await migrate(database)
  const add = (number: number, isBreaking: boolean) =>
    rows(test, `insert into trimtab.migrations values (${number}, 'later', 'x', ${isBreaking})`)
  await add(2, false)
  expect(await migrate(database)).toMatchObject({ applied: [], unknown: ['0002-later'] })
  await add(3, true)
  const refusal = { code: 'store_incompatible', message: expect.stringContaining('0003-later') }
  await expect(migrate(database)).rejects.toMatchObject(refusal)
  await expect(checkMigrations(database)).rejects.toMatchObject(refusal)
})

it('refuses a store whose migration is another one than it knows', async () => {
  const test = await testDatabase()
  const database = open(test)
  await migrate(database)
  await rows(test, "update trimtab.migrations set checksum = 'other'")
  await expect(migrate(database)).rejects.toMatchObject({ code: 'store_incompatible' })
})

it('says what is missing: the trigger, and roles that it may not create', async () => {
  const test = await testDatabase()
  const [role, schema] = [`plain_${test.name}`, `s${test.name.slice(-20)}`]
  await rows(test, `create role ${role} login; grant create on database ${test.name} to ${role}`)
  onTestFinished(async () => void (await rows(test, `drop owned by ${role}; drop role ${role}`)))
  const plain = open({ url: test.url.replace('postgres@', `${role}@`) })
  const { applied, missing } = await migrate(plain, { schema })
  expect(applied).toEqual(['0001-store'])
  expect(missing.join('\n')).toMatch(/Creating the role \S+_reader was refused[^]*There is no role \S+_reader/)
  await rows(test, `drop trigger notify_readers on ${schema}.environments`)
  expect((await checkMigrations(plain, { schema })).missing.join('\n')).toContain('The trigger notify_readers')
})

it.each([
  ['alter table trimtab.entries disable trigger note_insert', /note_insert of trimtab.entries is missing or off/],
  ['alter table trimtab.tenants disable trigger all', /(refuse_delete|note_update) of trimtab.tenants is missing/],
  ['alter table trimtab.entries no force row level security', /Row security of trimtab.entries is off/],
  ['revoke select on trimtab.entries from trimtab_reader', /trimtab_reader may not use trimtab.entries. /],
  [
    'revoke execute on all functions in schema trimtab from trimtab_publisher',
    /trimtab_publisher may not use trimtab.append\(\), following\(\), /,
  ],
])('says what was taken away by: %s', async (script, expected) => {
  const test = await migratedDatabase()
  const database = open(test)
  expect((await checkMigrations(database)).missing).toEqual([])
  await rows(test, script)
  expect((await checkMigrations(database)).missing.join('\n')).toMatch(expected)
})

it('stops when its signal aborts while it waits for its turn, and leaves nothing', async () => {
  const test = await testDatabase()
  const controller = new AbortController()
  await withConnection(test.url, async (client) => {
    await client.query("select pg_advisory_lock(hashtextextended('trimtab migrate trimtab', 0))")
    const migrating = migrate(open(test), { signal: controller.signal })
    const isWaiting = async () =>
      (
        await client.query(
          "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        )
      ).rowCount === 1
    while (!(await isWaiting()));
    controller.abort(new Error('enough'))
    await expect(migrating).rejects.toThrow('enough')
  })
  expect(await rows(test, "select to_regnamespace('trimtab') as found")).toEqual([{ found: null }])
})

async function migrateElsewhere(url: string): Promise<{ applied: string[]; missing: string[] }> {
  const program = new URL('../../../../../test/postgres/processes/migrate.ts', import.meta.url)
  const child = fork(program, [url], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const answer = once(child, 'message')
  await once(child, 'close')
  const [report] = await answer
  return report
}
