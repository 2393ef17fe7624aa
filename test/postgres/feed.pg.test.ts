import { describe, expect, it, onTestFinished } from 'vitest'
import { testServers, withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { migrate, pgDatabase, postgresListener, postgresStore } from '../../packages/trimtab/src/postgres/index.ts'
import { environment, follow, openStore, publish, until } from './reader.ts'

const sql = (url: string, text: string) =>
  withConnection(url, async (client) => (await client.query(text)).rows as object[])

async function behindProxy(server = testServers()[0]) {
  const { url, port } = await migratedDatabase(server)
  const proxy = await tcpProxy({ port })
  return { direct: url, proxy, url: url.replace(`:${port}/`, `:${proxy.port}/`) }
}

describe.each(testServers())('the feed on PostgreSQL $version', (server) => {
  it('survives the end of its session, and whatever is published meanwhile is read', async () => {
    const { url } = await migratedDatabase(server)
    const [{ store, listener }, writer] = [openStore(url), openStore(url)]
    const reader = follow(store)
    await until(() => reader.revision === 0)
    expect(store.feedStatus(environment)).toEqual({ kind: 'push' })
    await publish(writer.store, 1)
    await until(() => reader.revision === 1)
    await sql(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trimtab' and datname = current_database()",
    )
    // Its own connections were ended, too.
    await until(() =>
      publish(writer.store, 2).then(
        () => true,
        () => false,
      ),
    )
    await until(() => reader.revision === 2)
    await until(() => store.feedStatus(environment).kind === 'push')
    expect(listener.counts().disconnects).toMatchObject({ ended: 1, silent: 0, unheard: 0 })
  })

  it('notices a connection that has gone silent', async () => {
    const { direct, proxy, url } = await behindProxy(server)
    const [{ store, listener }, writer] = [openStore(url), openStore(direct)]
    const reader = follow(store)
    await until(() => reader.revision === 0)
    proxy.become('black_hole')
    await publish(writer.store, 1)
    await until(() => store.feedStatus(environment).kind === 'connecting')
    expect(listener.counts().disconnects.silent).toBeGreaterThan(0)
    proxy.become('pass')
    await until(() => reader.revision === 1)
  })
})

it('is current again 5 s after its silent connection could be replaced, with the usual timings', async () => {
  const { direct, proxy, url } = await behindProxy()
  const [{ store }, writer] = [openStore(url, { timings: {}, queryTimeout: 10_000 }), openStore(direct)]
  const reader = follow(store)
  await until(() => reader.revision === 0)
  proxy.become('half_open')
  await publish(writer.store, 1)
  const startedAt = performance.now()
  // The open ones stay silent for ever; others get through.
  await until(() => store.feedStatus(environment).kind === 'connecting')
  expect(performance.now() - startedAt).toBeLessThan(4_000)
  proxy.reset()
  proxy.become('pass')
  const replaceableAt = performance.now()
  await until(() => reader.revision === 1)
  expect(performance.now() - replaceableAt).toBeLessThan(5_000)
}, 20_000)

it('waits for a database that is away when it begins, and says how often it has tried', async () => {
  const { direct, proxy, url } = await behindProxy()
  proxy.become('refuse')
  const { store } = openStore(url)
  await expect(store.readEnvironment(environment)).rejects.toMatchObject({ code: 'store_unavailable' })
  const reader = follow(store)
  await until(() => {
    const status = store.feedStatus(environment)
    return status.kind === 'connecting' && status.attempts >= 3 && status.error !== undefined
  })
  expect(reader.wakeups).toBe(0)
  await publish(openStore(direct).store, 1)
  proxy.become('pass')
  await until(() => reader.revision === 1)
  expect(store.feedStatus(environment)).toEqual({ kind: 'push' })
})

it.each(['black_hole', 'half_open', 'refuse', 'pass'] as const)(
  'can be left and closed at any time while the way is %s, and leaves no session',
  async (mode) => {
    const { direct, proxy, url } = await behindProxy()
    proxy.become(mode)
    for (const wait of [0, 5, 20, 60]) {
      const { store } = openStore(url)
      const reader = follow(store)
      await new Promise((resolve) => setTimeout(resolve, wait))
      await reader.stop()
      await store.close()
    }
    proxy.become('pass')
    proxy.reset()
    await until(async () => {
      const [found] = await sql(
        direct,
        "select count(*)::int as n from pg_stat_activity where application_name = 'trimtab' and datname = current_database()",
      )
      return JSON.stringify(found) === '{"n":0}'
    })
  },
)

it('counts notifications that say nothing, and is not moved by them', async () => {
  const { url } = await migratedDatabase()
  const { store, listener } = openStore(url)
  const reader = follow(store)
  await until(() => store.feedStatus(environment).kind === 'push')
  await publish(store, 1)
  await until(() => reader.revision === 1 && listener.counts().received === 1)
  const before = listener.counts()
  const payloads = [
    '',
    'nonsense',
    '{}',
    '1',
    `1 ${environment} x`,
    '99999999999999999 a/b',
    '7 other/place',
    `1 ${environment}`,
    `0 ${environment}`,
  ]
  for (const payload of payloads) await sql(url, `select pg_notify('trimtab', '${payload}')`)
  await until(() => listener.counts().received === before.received + payloads.length)
  expect(listener.counts()).toMatchObject({
    malformed: 6,
    unknown: 1,
    outOfOrder: 1,
    disconnects: { ended: 0, unheard: 0 },
  })
  expect(listener.counts().duplicate - before.duplicate).toBe(1)
  await publish(store, 2)
  await until(() => reader.revision === 2)
  expect(reader.seen).toEqual([...reader.seen].sort((a, b) => a - b))
})

it('finds what nobody is told of, says so, and believes in notifications again when they come', async () => {
  const { url } = await migratedDatabase()
  const { store, listener } = openStore(url)
  const reader = follow(store)
  await until(() => reader.revision === 0)
  await publish(store, 1)
  await until(() => reader.revision === 1)
  await sql(url, 'alter table trimtab.environments disable trigger notify_readers')
  await publish(store, 2)
  await until(() => reader.revision === 2)
  await until(() => store.feedStatus(environment).kind === 'poll')
  expect(store.feedStatus(environment)).toMatchObject({ reason: expect.stringContaining('The trigger notify_readers') })
  await sql(url, 'alter table trimtab.environments enable trigger notify_readers')
  await until(() => store.feedStatus(environment).kind === 'push')
  // A trigger that is there and says nothing.
  await sql(
    url,
    "create or replace function trimtab.notify_readers() returns trigger language plpgsql as 'begin return null; end'",
  )
  await publish(store, 3)
  await until(() => reader.revision === 3)
  await until(() => listener.counts().disconnects.unheard > 0)
  expect(listener.counts().missed).toBeGreaterThan(0)
})

it('listens on one connection for any number of stores, environments and readers', async () => {
  const { url, port } = await migratedDatabase()
  const admin = pgDatabase({ connectionString: url })
  const schemas = Array.from({ length: 8 }, (_, index) => `tenant_${index}`)
  for (const schema of schemas) await migrate(admin, { schema })
  await admin.close()
  const proxy = await tcpProxy({ port })
  const listener = postgresListener({ connectionString: url.replace(`:${port}/`, `:${proxy.port}/`) })
  onTestFinished(() => listener.close())
  const stores = schemas.map((schema) => postgresStore({ connectionString: url, schema, max: 1, listener }))
  onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))))
  const readers = stores.flatMap((store) =>
    ['a/one', 'a/two', 'a/two'].map((of) => ({ of, reader: follow(store, of) })),
  )
  await until(() => readers.every(({ reader }) => reader.revision === 0))
  const [first] = stores
  if (first === undefined) throw new Error('unreachable')
  const before = readers.map(({ reader }) => reader.wakeups)
  await publish(first, 1, 'a/two')
  await until(() => readers[1]?.reader.revision === 1 && readers[2]?.reader.revision === 1)
  const woken = readers.filter(({ reader }, index) => reader.revision === 1 && reader.wakeups > (before[index] ?? 0))
  expect(woken).toHaveLength(2)
  // One to listen on, and one that proved it.
  expect(proxy.accepted).toBeLessThanOrEqual(2)
  for (const { reader } of readers) await reader.stop()
  await until(() => proxy.connections <= 1)
}, 30_000)
