import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate, pgDatabase, postgresDatabases, postgresStore } from '../../packages/trimtab/src/postgres/index.ts'
import { until } from '../postgres/reader.ts'
import { testDatabase, testServer, testServers, withConnection } from '../support/postgres/database.ts'
import { findInstallations } from '../support/postgres/installations.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { startPostgres } from '../support/postgres/server.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { openUsual, within } from './lab/in-process.ts'
import { planeOver, schemaIn, sessionsIn, sql, twoReaders } from './lab/tenants-in-databases.ts'
import { publishTo, rateOf } from './lab/tenants-on-postgres.ts'

/** A database with a store for each of these tenants, and somebody else who publishes there. */
async function databasesOf<Tenant extends string>(tenants: readonly Tenant[], server = testServer()) {
  const made = await Promise.all(tenants.map(async (tenant) => [tenant, (await migratedDatabase(server)).url] as const))
  // Made of exactly these.
  const urls = Object.fromEntries(made) as Record<Tenant, string>
  const writers = new Map(made.map(([tenant, url]) => [tenant, openUsual(url)]))
  const set = async (tenant: Tenant, value: number) => {
    const writer = writers.get(tenant)
    return writer && publishTo(writer, rateOf(tenant, value))
  }
  return { urls, set, writers }
}

/** A new database takes half a second. */
const count = process.env['TRIMTAB_SOAK'] === undefined ? 30 : 200

describe.each(testServers())('tenants in databases of their own on PostgreSQL $version', (server) => {
  it('are told of their own changes within milliseconds, by one connection each, and leave none behind', async () => {
    const { urls, set, writers } = await databasesOf(['acme', 'globex'], server)
    await set('acme', 5)
    const { tenants, rate, databases } = await planeOver(urls)
    await Promise.all(['acme', 'globex'].map((tenant) => tenants.activate(tenant)))
    await until(() => tenants.states.every(({ feed }) => feed?.follows === 'push'))
    expect([rate('acme'), rate('globex'), databases.listeners.size]).toEqual([5, 100, 2])
    const seen: unknown[] = []
    tenants.watch('limits.rate', ({ tenant, previous, next }) => seen.push([tenant, previous, next]))
    const heard = () => [...databases.listeners.values()].map((listener) => listener.counts().received)
    const before = heard()
    await set('acme', 6)
    await within(1_000, () => seen.length > 0)
    expect(seen).toEqual([['acme', 5, 6]])
    // The other one was not even woken.
    expect(heard().map((received, at) => received - (before[at] ?? 0))).toEqual([1, 0])
    await Promise.all([...writers.values()].map((writer) => writer.close()))
    expect(await sessionsIn(urls.acme, 'listening')).toBe(1)
    await tenants.remove('acme')
    await until(async () => (await sessionsIn(urls.acme)) === 0)
    expect(databases.listeners.size).toBe(1)
    await tenants.suspend('globex')
    await until(async () => (await sessionsIn(urls.globex)) === 0)
  }, 30_000)

  it('see what was deleted while they were suspended, and so do their watchers', async () => {
    const { urls, set } = await databasesOf(['acme'], server)
    await set('acme', 5)
    const { tenants, rate } = await planeOver(urls)
    await tenants.activate('acme')
    const seen: unknown[] = []
    tenants.watch('limits.rate', ({ previous, next }) => seen.push([previous, next]))
    await tenants.suspend('acme')
    await sql(urls.acme, `delete from trimtab.entries where tenant = 'acme'`)
    expect([rate('acme'), tenants.status('acme').staleSince]).toEqual([5, expect.any(Number)])
    await tenants.activate('acme')
    expect([rate('acme'), tenants.status('acme').hasOverlay, seen]).toEqual([100, false, [[5, 100]]])
  }, 30_000)

  it('go over to another user by themselves where nobody said that the old one was revoked', async () => {
    const { urls, set } = await databasesOf(['acme'], server)
    await set('acme', 5)
    const { first, second } = await twoReaders(urls.acme)
    const now = { acme: first.url }
    const { tenants, rate } = await planeOver(now)
    await tenants.activate('acme')
    await until(async () => (await sessionsIn(urls.acme, 'listening', `usename = '${first.name}'`)) === 1)
    const read: number[] = []
    const reading = setInterval(() => read.push(rate('acme')), 5)
    onTestFinished(() => clearInterval(reading))
    now.acme = second.url
    await sql(
      urls.acme,
      `alter role ${first.name} nologin;
       select pg_terminate_backend(pid) from pg_stat_activity where usename = '${first.name}'`,
    )
    await set('acme', 6)
    await within(10_000, () => rate('acme') === 6)
    await until(async () => (await sessionsIn(urls.acme, 'listening', `usename = '${second.name}'`)) === 1)
    await until(() => tenants.status('acme').feed?.follows === 'push')
    expect(new Set(read)).toEqual(new Set([5, 6]))
    expect(await sessionsIn(urls.acme, 'all', `usename = '${first.name}'`)).toBe(0)
    expect(tenants.status('acme').staleSince).toBeUndefined()
  }, 30_000)

  it('go over to another user when they are told to, and can be read throughout', async () => {
    const { urls, set } = await databasesOf(['acme'], server)
    await set('acme', 5)
    const { first, second } = await twoReaders(urls.acme)
    const now = { acme: first.url }
    const { tenants, rate } = await planeOver(now)
    await tenants.activate('acme')
    now.acme = second.url
    expect(await tenants.rotateCredentials('acme')).toMatchObject({ state: 'active', staleSince: undefined })
    await until(async () => (await sessionsIn(urls.acme, 'all', `usename = '${first.name}'`)) === 0)
    await sql(urls.acme, `alter role ${first.name} nologin`)
    await until(() => tenants.status('acme').feed?.follows === 'push')
    await set('acme', 6)
    await within(1_000, () => rate('acme') === 6)
  }, 30_000)
})

it('says that a database can not be reached, claims nothing, and takes its tenant up when it is back', async () => {
  const { urls, set } = await databasesOf(['acme'])
  await set('acme', 5)
  const proxy = await tcpProxy({ port: testServer().port })
  proxy.become('refuse')
  const { tenants, rate, lines } = await planeOver({
    acme: urls.acme.replace(`postgres@127.0.0.1:${testServer().port}`, `postgres:hunter2@127.0.0.1:${proxy.port}`),
  })
  const error: unknown = await tenants.activate('acme').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'store_unavailable' })
  expect(() => rate('acme')).toThrow(expect.objectContaining({ code: 'tenant_not_active' }))
  expect(tenants.status('acme')).toMatchObject({ state: 'unknown', feed: undefined })
  await until(() => proxy.accepted > 5)
  proxy.become('pass')
  await within(6_000, () => tenants.status('acme').state === 'active')
  expect(rate('acme')).toBe(5)
  expect(`${String(error)} ${JSON.stringify(error)} ${lines.join('\n')}`).not.toContain('hunter2')
}, 30_000)

it.each(['black_hole', 'half_open'] as const)(
  'leaves no session where a tenant is removed in the middle: %s',
  async (mode) => {
    const { urls, writers } = await databasesOf(['acme'])
    await Promise.all([...writers.values()].map((writer) => writer.close()))
    const proxy = await tcpProxy({ port: testServer().port })
    const { tenants, databases } = await planeOver({
      acme: urls.acme.replace(`:${testServer().port}/`, `:${proxy.port}/`),
    })
    // At one moment after the other.
    for (let bytes = 0; bytes < 6; bytes += 1) {
      const activation = tenants.activate('acme').catch((error: unknown) => error)
      for (let turn = 0; turn < bytes * 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      proxy.become(mode)
      const startedAt = performance.now()
      expect(await tenants.remove('acme')).toMatchObject({ state: 'unknown' })
      // Nobody waits for a deadline.
      expect(performance.now() - startedAt).toBeLessThan(1_500)
      await activation
      expect([tenants.list(), databases.listeners.size]).toEqual([[], 0])
      proxy.reset()
      proxy.become('pass')
      await until(async () => (await sessionsIn(urls.acme)) === 0)
    }
  },
  60_000,
)

it('opens one connection to listen for twenty activations at once, in each of two planes', async () => {
  const { urls, writers } = await databasesOf(['acme'])
  await Promise.all([...writers.values()].map((writer) => writer.close()))
  const planes = [await planeOver(urls), await planeOver(urls)]
  const all = planes.flatMap(({ tenants }) => Array.from({ length: 20 }, () => tenants.activate('acme')))
  expect(new Set((await Promise.all(all)).map(({ state }) => state))).toEqual(new Set(['active']))
  await until(() => planes.every(({ tenants }) => tenants.status('acme').feed?.follows === 'push'))
  expect(await sessionsIn(urls.acme, 'listening')).toBe(2)
  expect(planes.map(({ opened }) => opened.length)).toEqual([1, 1])
}, 30_000)

it('ends as whoever came last said, where a tenant is activated ten times and removed at once', async () => {
  const { urls, set, writers } = await databasesOf(['acme'])
  const { tenants, rate } = await planeOver(urls)
  for (let round = 1; round <= 10; round += 1) {
    await set('acme', round)
    const activations = Array.from({ length: 10 }, () => tenants.activate('acme').catch((error: unknown) => error))
    expect(await tenants.remove('acme')).toMatchObject({ state: 'unknown' })
    for (const end of await Promise.all(activations)) expect(end).toMatchObject({ code: 'tenant_not_active' })
    expect(tenants.list()).toEqual([])
    await tenants.activate('acme')
    expect(rate('acme')).toBe(round)
    await tenants.remove('acme')
  }
  await Promise.all([...writers.values()].map((writer) => writer.close()))
  await until(async () => (await sessionsIn(urls.acme)) === 0)
}, 60_000)

it('listens on one connection for tenants with a schema and a user each in one database', async () => {
  const { url } = await testDatabase()
  const schemas = ['acme', 'globex'].map((tenant) => ({ tenant, schema: `${tenant}_${randomUUID().slice(0, 8)}` }))
  const urls: Record<string, { url: string; schema: string }> = {}
  for (const { tenant, schema } of schemas) {
    await schemaIn(url, schema)
    urls[tenant] = { url: (await twoReaders(url, schema)).first.url, schema }
  }
  const writers = schemas.map(({ schema }) => postgresStore({ connectionString: url, schema }))
  onTestFinished(async () => void (await Promise.all(writers.map((writer) => writer.close()))))
  const [acme] = writers
  if (acme === undefined) throw new Error('unreachable: there are two')
  const { tenants, rate, databases } = await planeOver(urls)
  for (const { tenant } of schemas) await tenants.activate(tenant)
  await until(() => tenants.states.every(({ feed }) => feed?.follows === 'push'))
  expect([databases.listeners.size, await sessionsIn(url, 'listening', "usename <> 'postgres'")]).toEqual([1, 1])
  const seen: unknown[] = []
  tenants.watch('limits.rate', ({ tenant, next }) => seen.push([tenant, next]))
  const startedAt = performance.now()
  await publishTo(acme, rateOf('acme', 5))
  await within(1_000, () => rate('acme') === 5)
  expect(performance.now() - startedAt).toBeLessThan(1_500)
  expect([seen, rate('globex')]).toEqual([[['acme', 5]], 100])
  // Also when the one as whom it listens is gone: nothing stays open as somebody who has left.
  await tenants.remove('globex')
  await until(
    async () =>
      (await sessionsIn(
        url,
        'all',
        `usename = (select rolname from pg_roles where rolname = '${new URL(urls['globex']?.url ?? '').username}')`,
      )) === 0,
  )
  await until(() => tenants.status('acme').feed?.follows === 'push')
  await publishTo(acme, rateOf('acme', 6))
  await within(1_000, () => rate('acme') === 6)
}, 60_000)

it('drains in the time of the slowest, names who hangs, and leaves no session', async () => {
  const names = Array.from({ length: 12 }, (_, at) => `t${at}`)
  const { urls, set, writers } = await databasesOf(names)
  const { tenants } = await planeOver(urls)
  await Promise.all(names.map((tenant) => tenants.activate(tenant)))
  await until(() => tenants.states.every(({ feed }) => feed?.follows === 'push'))
  let begun = 0
  let letGo = () => {}
  tenants.watch('limits.rate', ({ tenant }) => {
    begun += 1
    return new Promise<void>((resolve) => {
      if (tenant === 't3') letGo = resolve
      else setTimeout(resolve, 1_000)
    })
  })
  await Promise.all(names.map((tenant) => set(tenant, 5)))
  await until(() => begun === names.length)
  await Promise.all([...writers.values()].map((writer) => writer.close()))
  const startedAt = performance.now()
  expect(await tenants.drain({ signal: AbortSignal.timeout(2_000) })).toEqual({ unfinished: ['t3'] })
  // One after another they would have taken 12 s.
  expect(performance.now() - startedAt).toBeLessThan(4_000)
  for (const tenant of names) await until(async () => (await sessionsIn(urls[tenant] ?? '')) === 0)
  letGo()
  expect(await tenants.drain()).toEqual({ unfinished: [] })
}, 60_000)

it(`has ${count} listening connections at most for ${count} tenants in ${count} databases, and closes those of idle ones`, async () => {
  const [installation] = await findInstallations()
  if (installation === undefined) throw new Error('unreachable: it throws where there is none')
  const server = await startPostgres({ installation, settings: { max_connections: '700', shared_buffers: '64MB' } })
  onTestFinished(() => server.stop(), 60_000)
  const admin = server.url('postgres')
  await sql(admin, 'create database ready')
  const ready = pgDatabase({ connectionString: server.url('ready') })
  await migrate(ready)
  await ready.close()
  const names = Array.from({ length: count }, (_, at) => `t${at}`)
  await withConnection(admin, async (client) => {
    for (const name of names) await client.query(`create database ${name} template ready`)
  })
  const urls = Object.fromEntries(names.map((name) => [name, server.url(name)]))
  const listening = () =>
    withConnection(admin, async (client) => {
      const text = `select datname from pg_stat_activity where datname like 't%' and datname <> 'template1' and query ~* '(listen|notify_readers)'`
      // As the statement says.
      return (await client.query(text)).rows as { datname: string }[]
    })
  const databases = postgresDatabases()
  const { tenants, rate } = await planeOver(urls, { databases, idleAfter: count * 150, idlePoll: 60_000 })
  for (let at = 0; at < names.length; at += 20)
    await Promise.all(names.slice(at, at + 20).map((name) => tenants.activate(name)))
  await until(() => tenants.states.every(({ feed }) => feed?.follows === 'push'))
  const found = await listening()
  expect([found.length, new Set(found.map(({ datname }) => datname)).size]).toEqual([count, count])
  const reading = setInterval(() => rate('t7'), 200)
  onTestFinished(() => clearInterval(reading))
  await until(async () => (await listening()).length === 1)
  expect(await listening()).toEqual([{ datname: 't7' }])
  expect(databases.listeners.size).toBe(count)
  expect(rate('t9')).toBe(100)
  await within(5_000, () => tenants.status('t9').feed?.follows === 'push')
  const writer = openUsual(urls['t9'] ?? '')
  await publishTo(writer, rateOf('t9', 5))
  await within(2_000, () => rate('t9') === 5)
}, 240_000)
