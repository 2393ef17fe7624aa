import type { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { verifyChain } from '../../packages/trimtab/src/store/history/verify-chain.ts'
import { migrate, pgDatabase } from '../../packages/trimtab/src/postgres/index.ts'
import { type TestServer, testDatabase, testServer, testServers, withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { environment, follow, openStore, publish, until } from './reader.ts'

/** A database with a store, and a login for each role of it; logins are those of the whole server. */
async function withLogins(server: TestServer = testServer()) {
  const { url, name } = await migratedDatabase(server)
  const logins = ['owner', 'publisher', 'reader'] as const
  const loginOf = (role: string) => `${role}_${name}`
  await withConnection(url, async (client) => {
    for (const role of logins) await client.query(`create role ${loginOf(role)} login in role trimtab_${role}`)
  })
  onTestFinished(() =>
    withConnection(url, async (client) => {
      for (const role of logins) await client.query(`drop owned by ${loginOf(role)}; drop role ${loginOf(role)}`)
    }),
  )
  const as = (role: (typeof logins)[number]) => url.replace('postgres@', `${loginOf(role)}@`)
  return { url, as, loginOf }
}

const denied = { code: '42501' }
const query = (url: string, text: string) => withConnection(url, (client) => client.query(text))

describe.each(testServers())('the roles on PostgreSQL $version', (server) => {
  it('lets a reader read and listen, and nothing else', async () => {
    const { as } = await withLogins(server)
    const [reading, writing] = [openStore(as('reader')), openStore(as('publisher'))]
    const reader = follow(reading.store)
    await publish(writing.store, 1)
    await until(() => reader.revision === 1)
    expect(reading.store.feedStatus(environment)).toEqual({ kind: 'push' })
    await expect(publish(reading.store, 2)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/permission denied .*trimtab migrate/),
    })
    for (const text of [
      "insert into trimtab.entries (environment, path, value) values (1, 'a', '1')",
      'update trimtab.environments set revision = 9',
      'delete from trimtab.revisions',
      'truncate trimtab.entries',
      'drop table trimtab.entries',
      "select trimtab.prune(1, 'a/b', 1)",
      'create table trimtab.mine ()',
    ]) {
      await expect(query(as('reader'), text), text).rejects.toMatchObject(denied)
    }
  })

  it('lets a publisher write by the functions alone', async () => {
    const { as } = await withLogins(server)
    const { store } = openStore(as('publisher'))
    await publish(store, 1)
    await store.registerSchema('checkout', '1.0.0', {})
    await store.markLive('checkout', '1.0.0', 1_000)
    await store.prune(environment, 1)
    for (const text of [
      "insert into trimtab.entries (environment, path, value) values (1, 'a', '1')",
      'update trimtab.revisions set author = $$me$$',
      'delete from trimtab.entries',
      'alter table trimtab.entries disable trigger all',
    ]) {
      await expect(query(as('publisher'), text), text).rejects.toMatchObject(denied)
    }
  })

  it('shows a connection of one tenant what is that tenant’s, also to owners', async () => {
    const { url, as } = await withLogins(server)
    const { store } = openStore(url)
    await publish(store, 1)
    await publish(store, 2, `${environment}/acme`)
    await publish(store, 3, `${environment}/globex`)
    for (const role of ['reader', 'publisher', 'owner'] as const) {
      await withConnection(as(role), async (client) => {
        await client.query("set trimtab.tenant = 'acme'")
        expect(await valuesOf(client, 'select tenant, value from trimtab.entries')).toEqual([
          { tenant: 'acme', value: 2 },
        ])
        expect(await valuesOf(client, 'select tenant, next from trimtab.changes')).toEqual([
          { tenant: 'acme', next: 2 },
        ])
        expect(await valuesOf(client, 'select revision::int from trimtab.revisions')).toEqual([{ revision: 2 }])
      })
    }
    const scoped = as('publisher').concat('?options=-c%20trimtab.tenant%3Dacme')
    const { store: own } = openStore(scoped)
    expect(await publish(own, 4, `${environment}/acme`)).toBe(4)
    await expect(publish(own, 5, `${environment}/globex`)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await store.readEnvironment(environment)).cursor.revision).toBe(4)
    for (const forAll of [
      () => own.prune(environment, 3),
      () => own.registerSchema('checkout', '1.0.0', {}),
      () => own.markLive('checkout', '1.0.0', 1_000),
    ]) {
      await expect(forAll()).rejects.toMatchObject({ message: expect.stringContaining('of one tenant') })
    }
    expect((await store.history(environment)).map(({ cursor }) => cursor.revision)).toEqual([4, 3, 2, 1])
  })

  it('lets a connection of one tenant follow it, past what it may not see', async () => {
    const { url, as } = await withLogins(server)
    const { store } = openStore(url)
    await publish(store, 1, `${environment}/acme`)
    const { store: own } = openStore(as('reader').concat('?options=-c%20trimtab.tenant%3Dacme'))
    const document = await own.readEnvironment(environment)
    expect(await own.since(environment, document.cursor, 10)).toMatchObject({ kind: 'changes', more: false })
    for (const [value, tenant] of [
      [2, 'globex'],
      [3, 'acme'],
      [4, 'globex'],
    ] as const) {
      await publish(store, value, `${environment}/${tenant}`)
      // Neither what leaves out a revision, nor something to ask for again and again, nor another history.
      expect((await own.since(environment, document.cursor, 10)).kind).toBe('cursor_too_old')
    }
    const next = await own.readEnvironment(environment)
    expect([next.cursor.revision, [...next.overlays]]).toEqual([4, [['acme', { value: 3 }]]])
    await publish(store, 5, `${environment}/globex`)
    expect((await own.since(environment, next.cursor, 10)).kind).toBe('cursor_too_old')
  })
})

const valuesOf = async (client: Client, text: string) => (await client.query(text)).rows as unknown[]

it('gives the roles to a store that somebody without rights over roles has made', async () => {
  const { url, name } = await testDatabase()
  await query(url, `create role maker_${name} login; grant create on database ${name} to maker_${name}`)
  onTestFinished(async () => void (await query(url, `drop owned by maker_${name}; drop role maker_${name}`)))
  const schema = `s${name.slice(-20)}`
  const maker = pgDatabase({ connectionString: url.replace('postgres@', `maker_${name}@`) })
  const admin = pgDatabase({ connectionString: url })
  onTestFinished(async () => void (await Promise.all([maker.close(), admin.close()])))
  await migrate(maker, { schema })
  const { missing } = await migrate(admin, { schema })
  expect(missing).toEqual([])
  onTestFinished(async () => {
    for (const role of ['owner', 'publisher', 'reader'])
      await query(url, `drop owned by "${schema}_${role}"; drop role "${schema}_${role}"`)
  })
  const { rows } = await withConnection(url, (client) =>
    client.query('select distinct tableowner from pg_tables where schemaname = $1', [schema]),
  )
  expect(rows).toEqual([{ tableowner: `${schema}_owner` }])
})

it('makes a revision of what is written with SQL, with its author, and tells readers of it', async () => {
  const { as, loginOf } = await withLogins()
  const { store } = openStore(as('publisher'))
  const reader = follow(store)
  await publish(store, 1)
  await query(
    as('owner'),
    `insert into trimtab.entries (environment, tenant, path, value)
     select id, '', 'list', '[1, null]'::jsonb from trimtab.environments union all
     select id, 'acme', 'x', 'null' from trimtab.environments`,
  )
  await until(() => reader.revision === 2)
  expect(reader.tree).toEqual({ value: 1, list: [1, null] })
  await query(
    as('owner'),
    "update trimtab.entries set value = '5' where path = 'value'; update trimtab.entries set value = value",
  )
  await query(as('owner'), "insert into trimtab.tenants select id, 'acme', 'active' from trimtab.environments")
  await query(as('owner'), "delete from trimtab.entries where path = 'list'")
  await until(() => reader.revision === 5)
  expect(reader.tree).toEqual({ value: 5 })
  await publish(store, 6)
  const history = await store.history(environment)
  expect(history.map(({ author }) => author)).toEqual([
    'dana',
    ...Array.from({ length: 4 }, () => loginOf('owner')),
    'dana',
  ])
  expect(history.map(({ changes }) => changes.map(({ tenant, previous, next }) => [tenant, previous, next]))).toEqual([
    [[undefined, 5, 6]],
    [[undefined, [1, null], undefined]],
    [['acme', undefined, 'active']],
    [[undefined, 1, 5]],
    [
      [undefined, undefined, [1, null]],
      ['acme', undefined, null],
    ],
    [[undefined, undefined, 1]],
  ])
  const since = await store.since(environment, { revision: 1, hash: history[5]?.cursor.hash ?? '' }, 10)
  expect(since.kind).toBe('changes')
  // Whoever checks the chain is told that no publish made it.
  expect(verifyChain(history.toReversed())).toEqual({ revision: 2, kind: 'content' })
  const { overlays, states } = await store.readEnvironment(environment)
  expect([overlays.get('acme'), states.get('acme')]).toEqual([{ x: null }, 'active'])
})

it.each([
  ['a huge key', `'', repeat('a', 100000), '1'`, '23514'],
  ['a huge name of a tenant', `repeat('a', 129), 'a', '1'`, '23514'],
  ['a huge value', `'', 'a', to_jsonb(repeat(md5('a'), 200000))`, '23514'],
  ['an empty key', `'', '', '1'`, '23514'],
])('stops %s that is written with SQL by a check', async (_what, values, code) => {
  const { url } = await migratedDatabase()
  const { store } = openStore(url)
  await publish(store, 1)
  await expect(
    query(
      url,
      `insert into trimtab.entries (environment, tenant, path, value) select id, ${values} from trimtab.environments`,
    ),
  ).rejects.toMatchObject({ code })
  expect(await publish(store, 2)).toBe(2)
})

it('refuses with SQL what history could not tell', async () => {
  const { url } = await migratedDatabase()
  await publish(openStore(url).store, 1)
  for (const text of ['truncate trimtab.entries', 'delete from trimtab.tenants', 'truncate trimtab.tenants']) {
    await expect(query(url, text)).rejects.toMatchObject({ code: 'TT002' })
  }
})

it('goes on with the last good value where a path is none, says which, and recovers', async () => {
  const { url } = await migratedDatabase()
  const { store } = openStore(url)
  const reader = follow(store)
  await publish(store, 1)
  await until(() => reader.revision === 1)
  await query(
    url,
    `insert into trimtab.entries (environment, path, value) select id, 'a..b', '1' from trimtab.environments`,
  )
  await until(() => reader.failures > 0)
  await expect(store.readEnvironment(environment)).rejects.toThrow('has an entry whose path "a..b" is none')
  expect(reader.tree).toEqual({ value: 1 })
  await query(url, `delete from trimtab.entries where path = 'a..b'`)
  await until(() => reader.revision === 3)
})

it('refuses an old program by the database itself, before it writes', async () => {
  const { url } = await migratedDatabase()
  const { store } = openStore(url)
  await publish(store, 1)
  await query(url, "insert into trimtab.migrations values (2, 'later', 'x', true)")
  const refusal = { code: 'store_incompatible', message: expect.stringContaining('Update trimtab') }
  await expect(publish(store, 2)).rejects.toMatchObject(refusal)
  await expect(store.registerSchema('checkout', '1.0.0', {})).rejects.toMatchObject(refusal)
  expect((await store.readEnvironment(environment)).tree).toEqual({ value: 1 })
})
