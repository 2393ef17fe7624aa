import { chmodSync, chownSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createTestPair } from '../../../../../test/support/certificates.ts'
import { testDatabase, testServer, testServers, withConnection } from '../../../../../test/support/postgres/database.ts'
import { findInstallations, serverUser } from '../../../../../test/support/postgres/installations.ts'
import { startPostgres } from '../../../../../test/support/postgres/server.ts'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import type { Module } from '../../modules/define-module.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'
import { createRecording } from '../../testing/recording-module.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import { type PgPoolOptions, pgPoolModule } from './pg-pool.ts'
import { type PgPoolConfig, pgPoolSchema } from './pg-pool-config.ts'
import type { PgPool } from './open-pool.ts'

const config = defineConfig(z.object({ database: pgPoolSchema, later: dynamic(z.number().default(0)) }))

async function openPlane(database: JsonObject, options: Partial<PgPoolOptions> = {}) {
  const module = pgPoolModule({ config: config.section('database'), health: false, ...options })
  const recording = createRecording()
  const later = recording.module({ name: 'later', config: config.section('later'), dependsOn: [module] })
  const lines: string[] = []
  const write = (...parts: unknown[]) => void lines.push(inspect(parts, { depth: 10 }))
  const plane = await createTestPlane(config, {
    tree: { database },
    modules: [module, later],
    logger: { debug: write, info: write, warn: write, error: write },
  })
  onTestFinished(async () => void (await plane.close()))
  const one = async (text: string) => {
    const { rows } = await plane.use(module, (pool) => pool.query<{ value: unknown }>(`select ${text} as value`))
    return rows[0]?.value
  }
  const resource = () => plane.use(module, (pool) => pool)
  return { plane, module, recording, one, resource, lines }
}

/** How many are connected to a database, apart from who asks. */
function connected(url: string): Promise<number> {
  return withConnection(url, async (client) => {
    const own = 'datname = current_database() and pid <> pg_backend_pid() and backend_type = $1'
    const { rows } = await client.query(`select count(*)::int as count from pg_stat_activity where ${own}`, [
      'client backend',
    ])
    return rows[0].count
  })
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}

describe.each(testServers())('a pool of PostgreSQL $version', (server) => {
  it('serves queries and transactions, by URL and by fields', async () => {
    const { url, name, port } = await testDatabase({ server })
    const byUrl = await openPlane({ url, applicationName: 'shop', statementTimeout: '7s' })
    expect(await byUrl.one('current_database()')).toBe(name)
    expect(await byUrl.one("current_setting('statement_timeout') || current_setting('application_name')")).toBe(
      '7sshop',
    )
    const byFields = await openPlane({ host: '127.0.0.1', port, user: 'postgres', database: name })
    const client = await byFields.plane.use(byFields.module, (pool) => pool.connect())
    await client.query('begin; create table t (id int); commit')
    client.release()
    expect(await byUrl.one("to_regclass('t')::text")).toBe('t')
    const { rowCount } = await byUrl.plane.use(byUrl.module, (pool) => pool.query('insert into t values ($1)', [1]))
    expect(rowCount).toBe(1)
  })

  it('moves to another database under load, and no query fails', async () => {
    const [a, b] = [await testDatabase({ server }), await testDatabase({ server })]
    const { plane, one } = await openPlane({ url: a.url, max: 4 })
    const counts: Record<string, number> = { [a.name]: 0, [b.name]: 0 }
    const warm = deferred<void>()
    const load = Array.from({ length: 8 }, async () => {
      while ((counts[b.name] ?? 0) < 100) {
        const name = String(await one('current_database()'))
        counts[name] = (counts[name] ?? 0) + 1
        if (counts[a.name] === 100) warm.resolve()
      }
    })
    await warm.promise
    const outcome = await plane.set({ database: { url: b.url, max: 4 } })
    expect(outcome).toMatchObject({
      status: 'full_success',
      modules: expect.arrayContaining([expect.objectContaining({ module: 'database', action: 'replaced' })]),
    })
    await Promise.all(load)
    await until(async () => (await connected(a.url)) === 0)
  })
})

describe('a pool', () => {
  it('takes new limits in place, and closes the connections that are too many, also the busy ones', async () => {
    const { url } = await testDatabase()
    const { plane, module, resource, recording } = await openPlane({ url, max: 5 })
    const before = await resource()
    const clients = await Promise.all([1, 2, 3, 4].map(() => before.connect()))
    clients.pop()?.release()
    expect(before.totalCount).toBe(4)
    const outcome = await plane.set({ database: { url, max: 2, idleTimeout: '1m', connectTimeout: '9s' } })
    expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'database', action: 'reloaded' }))
    expect(await resource()).toBe(before)
    expect(before.pool.options).toMatchObject({ max: 2, idleTimeoutMillis: 60_000, connectionTimeoutMillis: 9_000 })
    await until(() => before.totalCount === 3)
    for (const client of clients) client.release()
    await until(() => before.totalCount === 2 && before.idleCount === 2)
    expect(before.waitingCount).toBe(0)
    recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
    expect((await plane.set({ database: { url, max: 9 }, later: 1 })).status).toBe('rolled_back')
    expect(before.max).toBe(2)
    expect((await plane.use(module, (pool) => pool.query('select 1'))).rowCount).toBe(1)
  })

  it('closes the connections that are too many also where each was in use for longer than somebody waits', async () => {
    const { url } = await testDatabase()
    const { plane, resource } = await openPlane({ url })
    const pool = await resource()
    const clients = await Promise.all([1, 2, 3].map(() => pool.connect()))
    await plane.set({ database: { url, max: 1, connectTimeout: '1ms' } })
    await until(() => pool.waitingCount === 0)
    expect(pool.totalCount).toBe(3)
    for (const client of clients) client.release()
    await until(() => pool.totalCount === 1)
  })

  it('lets a transaction end over the old connections that began before the change', async () => {
    const [a, b] = [await testDatabase(), await testDatabase()]
    const { plane, module, one } = await openPlane({ url: a.url })
    const [begun, goOn] = [deferred<void>(), deferred<void>()]
    const user = plane.use(module, async (pool) => {
      const client = await pool.connect()
      await client.query('begin')
      begun.resolve()
      await goOn.promise
      const { rows } = await client.query('select current_database() as name')
      await client.query('commit')
      client.release()
      return rows[0]?.['name']
    })
    await begun.promise
    expect((await plane.set({ database: { url: b.url } })).status).toBe('full_success')
    expect(await one('current_database()')).toBe(b.name)
    goOn.resolve()
    expect(await user).toBe(a.name)
  })

  it('goes back to the connections it had when a later module fails, and leaves none of the new ones', async () => {
    const [a, b] = [await testDatabase(), await testDatabase()]
    const { plane, resource, recording } = await openPlane({ url: a.url })
    const before = await resource()
    recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
    expect((await plane.set({ database: { url: b.url }, later: 1 })).status).toBe('rolled_back')
    expect(await resource()).toBe(before)
    await until(async () => (await connected(b.url)) === 0)
  })

  it('leaves no connection behind where another module refuses', async () => {
    const [a, b] = [await testDatabase(), await testDatabase()]
    const { plane, resource, recording } = await openPlane({ url: a.url })
    const before = await resource()
    recording.script('later', 'check', { kind: 'throw', error: new Error('no') })
    expect((await plane.set({ database: { url: b.url }, later: 1 })).status).toBe('validation_failed')
    expect(await resource()).toBe(before)
    await until(async () => (await connected(b.url)) === 0)
  })

  it.each([
    [
      'a database that is not there',
      (url: string) => ({ url: url.replace(/[^/]*$/, 'absent') }),
      'url',
      /does not exist \(SQLSTATE 3D000\)/,
    ],
    [
      'a user that is not there',
      (url: string) => ({ url: url.replace('postgres@', 'eve:hunter2@') }),
      'url',
      /"eve" does not exist \(SQLSTATE 28000\)/,
    ],
    [
      'a port that nobody listens on',
      () => ({ host: '127.0.0.1', port: 1, user: 'eve', password: 'hunter2' }),
      'host',
      /nobody accepts connections there \(ECONNREFUSED\)/,
    ],
    [
      'a host that is not there',
      () => ({ url: 'postgres://eve:hunter2@nowhere.invalid/a' }),
      'url',
      /can't be reached/,
    ],
    ['encryption where the server has none', (url: string) => ({ url, tls: {} }), 'tls', /does not support SSL/],
    ['no server', () => ({}), 'url', /expected the URL of a server, or its host and user/],
    ['a host without a user', () => ({ host: 'a' }), 'user', /expected the name of a user/],
    ['a URL and a host', (url: string) => ({ url, host: 'a' }), 'host', /expected it or url, not both/],
    ['a URL of something else', () => ({ url: 'mysql://eve:hunter2@a/b' }), 'url', /expected a URL like postgres:/],
    ['a URL that is none', () => ({ url: 'postgres://eve:hunter2@:::/b' }), 'url', /expected a URL like postgres:/],
    ['two words on encryption', (url: string) => ({ url: `${url}?sslmode=verify-full`, tls: {} }), 'tls', /not both/],
    [
      'a file that is not there',
      (url: string) => ({ url: `${url}?sslrootcert=/absent/hunter2` }),
      'url',
      /no such socket or file \(ENOENT\)/,
    ],
  ] satisfies [string, (url: string) => JsonObject, string, RegExp][])(
    'refuses %s, and goes on',
    async (_what, written, field, message) => {
      const { url } = await testDatabase()
      const { plane, one, lines } = await openPlane({ url })
      const outcome = await plane.set({ database: written(url) })
      expect(outcome).toMatchObject({
        status: 'validation_failed',
        problems: [{ module: 'database', path: `database.${field}`, message: expect.stringMatching(message) }],
      })
      expect(inspect([outcome, lines], { depth: 20 })).not.toContain('hunter2')
      expect(await one('1')).toBe(1)
    },
  )

  it('starts without its database where it is told to, and says in its health what is the matter', async () => {
    const { plane } = await openPlane({ host: '127.0.0.1', port: 1, user: 'eve' }, { tryConnection: false, health: {} })
    const { reports, readiness } = await plane.health.check({ fresh: true })
    const message = expect.stringContaining('ECONNREFUSED')
    expect(reports).toContainEqual(
      expect.objectContaining({ check: 'database', shared: true, observed: 'unhealthy', message }),
    )
    expect(readiness.status).not.toBe('healthy')
  })

  it('tells in its health how much of it is in use, and asks nobody when all of it is', async () => {
    const { url } = await testDatabase()
    const { plane, resource } = await openPlane({ url, max: 1 }, { health: { interval: 60_000 } })
    const health = async () => {
      const { reports } = await plane.health.check({ fresh: true })
      return reports.find(({ check }) => check === 'database')
    }
    expect(await health()).toMatchObject({ observed: 'healthy', details: { max: 1, inUse: 0, waiting: 0 } })
    const pool = await resource()
    const client = await pool.connect()
    const waiting = pool.query('select 1')
    expect(await health()).toMatchObject({ observed: 'degraded', message: 'all 1 connections are in use and 1 wait' })
    client.release()
    await waiting
    expect(await health()).toMatchObject({ observed: 'healthy' })
  })

  it('has no health check where none is wanted', async () => {
    const { url } = await testDatabase()
    const { plane } = await openPlane({ url })
    expect((await plane.health.check({ fresh: true })).reports.map(({ check }) => check)).not.toContain('database')
  })

  it('survives the loss of connections, used and unused, and opens others', async () => {
    const { url } = await testDatabase()
    const { one, resource, lines } = await openPlane({ url })
    const pool = await resource()
    const held = await pool.connect()
    const unused = await pool.connect()
    unused.release()
    expect(pool.totalCount).toBe(2)
    await withConnection(url, (client) =>
      client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      ),
    )
    await expect(held.query('select 1')).rejects.toThrow()
    held.release(true)
    await until(() => pool.totalCount === 0)
    expect(await one('1')).toBe(1)
    expect(lines.join('\n')).toContain('A connection that nobody used was lost')
  })

  it('cuts off at its deadline what the database never answers', async () => {
    const { url } = await testDatabase()
    const module = pgPoolModule({ config: config.section('database'), stopTimeout: 20 })
    const plane = await createTestPlane(config, {
      tree: { database: { url } },
      modules: [module],
      reload: { drainTimeout: 20 },
    })
    const asked = deferred<void>()
    const query = plane.use(module, async (pool) => {
      const client = await pool.connect()
      const answer = client.query('select pg_sleep(600)').catch((error: Error) => error.message)
      asked.resolve()
      return answer
    })
    await asked.promise
    await plane.close()
    expect(await query).toMatch(/terminated/)
  })

  it('shows no password when it is printed', async () => {
    const { port, name } = await testDatabase()
    const url = `postgres://postgres:hunter2@127.0.0.1:${port}/${name}`
    for (const database of [
      { url },
      { host: '127.0.0.1', port, user: 'postgres', database: name, password: 'hunter2' },
    ]) {
      const { resource, one } = await openPlane(database)
      await one('1')
      const pool = await resource()
      const held = await pool.connect()
      const printed = inspect([pool, pool.pool], { depth: 20 }) + JSON.stringify([pool, pool.pool.options])
      held.release()
      expect(printed).not.toContain('hunter2')
    }
  })

  it('is encrypted, and believes only whom it is told to', async () => {
    const folder = tempFolder()
    const pair = createTestPair({ name: 'localhost' })
    const user = serverUser()
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
    copyFileSync(pair.certFile, cert)
    copyFileSync(pair.keyFile, key)
    chmodSync(key, 0o600)
    for (const path of [folder, cert, key])
      if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid)
    const [installation] = await findInstallations()
    if (installation === undefined) throw new Error('unreachable: it throws where there is none')
    const server = await startPostgres({
      installation,
      settings: { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key },
    })
    onTestFinished(() => server.stop())
    const database = { host: '127.0.0.1', port: server.port, user: 'postgres' }
    const { plane, one } = await openPlane({ ...database, tls: { verify: false } })
    const isEncrypted = '(select ssl from pg_stat_ssl where pid = pg_backend_pid())'
    expect(await one(isEncrypted)).toBe(true)
    const refused = await plane.set({ database: { ...database, tls: {} } })
    expect(refused).toMatchObject({
      status: 'validation_failed',
      problems: [{ path: 'database.tls', message: expect.stringContaining('no encrypted connection could be made') }],
    })
    const trusting = { database: { ...database, tls: { ca: pair.cert, serverName: 'localhost' } } }
    expect((await plane.set(trusting)).status).toBe('full_success')
    expect(await one(isEncrypted)).toBe(true)
  }, 30_000)

  it('gives back what its types promise', () => {
    expectTypeOf<z.output<typeof pgPoolSchema>>().toExtend<PgPoolConfig>()
    expectTypeOf(pgPoolModule).returns.toEqualTypeOf<Module<PgPool>>()
    expect(testServer().version).toBeGreaterThan(0)
  })
})
