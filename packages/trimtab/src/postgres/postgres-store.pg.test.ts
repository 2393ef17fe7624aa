import { inspect } from 'node:util'
import { Pool } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withConnection } from '../../../../test/support/postgres/database.ts'
import { migratedDatabase } from '../../../../test/support/postgres/migrated-database.ts'
import { tcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { environment, follow, openStore, publish, until } from '../../../../test/postgres/reader.ts'
import { pgDatabase } from './pg-database.ts'
import { postgresStore, type PostgresStoreOptions } from './postgres-store.ts'

const open = (options: PostgresStoreOptions) => {
  const store = postgresStore(options)
  onTestFinished(() => store.close())
  return store
}

it('works on a pool of somebody else’s, of one connection, whatever its types are read as, and leaves it open', async () => {
  const { url } = await migratedDatabase()
  const text = 25
  const getTypeParser = (type: number) => (type === text ? String : () => 'nothing that anybody expects')
  const pool = new Pool({ connectionString: url, max: 1, types: { getTypeParser } })
  onTestFinished(() => pool.end())
  const store = open({ pool })
  const reader = follow(store)
  await publish(store, 1)
  await until(() => reader.revision === 1)
  expect(store.feedStatus(environment)).toEqual({ kind: 'push' })
  await store.close()
  expect((await pool.query("select 'a'::text as a, 1 as one")).rows).toEqual([
    { a: 'a', one: 'nothing that anybody expects' },
  ])
})

describe('what it says when it can not', () => {
  it.each([
    [
      'a port that nobody listens on',
      (url: string) => url.replace(/:\d+\//, ':1/'),
      /nobody accepts connections there \(ECONNREFUSED\)/,
    ],
    [
      'a user that is not there',
      (url: string) => url.replace('postgres@', 'eve:hunter2@'),
      /: the server does not let this user in; correct the user .* \(SQLSTATE 28000\)\.$/,
    ],
    [
      'a database that is not there',
      (url: string) => `${url}hunter2`,
      /: there is no such database; .* \(SQLSTATE 3D000\)\.$/,
    ],
    ['a name that is not there', () => 'postgres://eve:hunter2@nowhere.invalid/a', /name of the server/],
    ['encryption where the server has none', (url: string) => `${url}?sslmode=require`, /no encrypted connection/],
    ['files that are not there', (url: string) => `${url}?sslrootcert=/absent/hunter2`, /no such socket or file/],
  ])('%s', async (_what, change, message) => {
    const { url } = await migratedDatabase()
    const store = open({ connectionString: change(url) })
    const failed = await store.readEnvironment(environment).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'store_unavailable', message: expect.stringMatching(message) })
    const reader = follow(store)
    await until(() => {
      const status = store.feedStatus(environment)
      return status.kind === 'connecting' && status.attempts > 1
    })
    await reader.stop()
    expect(inspect([failed, store.feedStatus(environment), store], { depth: 20, showHidden: true })).not.toContain(
      'hunter2',
    )
  })

  it('tables that are not there', async () => {
    const { url } = await migratedDatabase()
    const store = open({ connectionString: url, schema: 'absent' })
    const missing = { code: 'store_unavailable', message: expect.stringContaining('run `trimtab migrate`') }
    await expect(store.readEnvironment(environment)).rejects.toMatchObject(missing)
    const reader = follow(store)
    await until(() => store.feedStatus(environment).kind === 'poll')
    expect(reader.failures).toBeGreaterThan(0)
  })

  it.each([
    {},
    { connectionString: 'mysql://eve:hunter2@db' },
    { connectionString: 'postgres://eve:hunter2@:::/x' },
    { connectionString: 'postgres://a/b', pool: new Pool() },
    { connectionString: 'postgres://a/b', max: 0 },
    { connectionString: 'postgres://a/b', schema: 'pg_temp' },
    { pool: {} },
  ])('options that can not be: %#', (options) => {
    let thrown: unknown
    try {
      // What a program in JavaScript can give.
      postgresStore(options as PostgresStoreOptions)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'option_invalid' })
    expect(inspect(thrown, { depth: 9 })).not.toContain('hunter2')
  })
})

it('gives up at its time, and gives nothing back to the pool that still waits', async () => {
  const { url, port } = await migratedDatabase()
  const proxy = await tcpProxy({ port })
  const store = open({ connectionString: url.replace(`:${port}/`, `:${proxy.port}/`), queryTimeout: 500, max: 1 })
  const isAnswered = () =>
    store.readEnvironment(environment).then(
      () => true,
      () => false,
    )
  // The first one connects, which may take longer.
  await until(isAnswered)
  proxy.become('black_hole')
  await expect(store.readEnvironment(environment)).rejects.toThrow('did not answer in time')
  proxy.become('pass')
  await until(isAnswered)
})

it('closes at once while the database is silent, and tells whoever waits', async () => {
  const { url, port } = await migratedDatabase()
  const proxy = await tcpProxy({ port })
  const store = open({ connectionString: url.replace(`:${port}/`, `:${proxy.port}/`) })
  const { cursor: expected } = await store.readEnvironment(environment)
  proxy.become('black_hole')
  const edits = [{ scope: environment, path: 'value', value: 1 }]
  const waiting = [
    store.publish(edits, { author: 'dana', message: 'silent', expected }),
    store.readEnvironment(environment),
    store.schemas('checkout'),
  ].map((each) => expect(each).rejects.toThrow('The store is closed.'))
  const before = performance.now()
  await Promise.all([...waiting, store.close()])
  // A statement may take ten seconds.
  expect(performance.now() - before).toBeLessThan(5_000)
})

it('lets go at once when a signal aborts', async () => {
  const { url } = await migratedDatabase()
  const store = open({ connectionString: url, max: 1 })
  await publish(store, 1)
  await withConnection(url, async (client) => {
    await client.query('begin; lock table trimtab.entries')
    const controller = new AbortController()
    const reading = store.readEnvironment(environment, controller.signal)
    const waits = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    await until(async () => (await client.query(waits)).rowCount === 1)
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await client.query('rollback')
  })
  expect((await store.readEnvironment(environment)).cursor.revision).toBe(1)
})

it.each(['before the publish came through', 'before its answer'])(
  'knows what became of a publish whose connection was cut %s',
  async (when) => {
    const { url, port } = await migratedDatabase()
    const proxy = await tcpProxy({ port })
    const { store } = openStore(url.replace(`:${port}/`, `:${proxy.port}/`), { queryTimeout: 5_000 })
    const watch = openStore(url).store
    await publish(store, 1)
    const { cursor: expected } = await store.readEnvironment(environment)
    const publishing = withConnection(url, async (client) => {
      // The publish has to wait for the row, so that it is known where it is when it is cut.
      await client.query('begin; select from trimtab.environments for update')
      const result = store.publish([{ scope: environment, path: 'value', value: 2 }], {
        author: 'dana',
        message: 'cut',
        expected,
      })
      const waits = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
      await until(async () => (await client.query(waits)).rowCount === 1)
      proxy.become('half_open')
      if (when === 'before its answer') {
        await client.query('rollback')
        await until(async () => (await watch.readEnvironment(environment)).cursor.revision === 2)
      }
      proxy.reset()
      proxy.become('pass')
      await client.query('rollback')
      return result
    })
    expect(await publishing).toMatchObject({ kind: 'published', cursor: { revision: 2 } })
    expect(await store.history(environment)).toHaveLength(2)
  },
  20_000,
)

// The guard against what is left behind sees it.
it('leaves no timer for whoever waited for a connection when it is closed', async () => {
  const { url } = await migratedDatabase()
  const store = postgresStore({ connectionString: url, max: 1 })
  await publish(store, 1)
  await withConnection(url, async (client) => {
    await client.query('begin; lock table trimtab.entries')
    const controller = new AbortController()
    const asked = [1, 2, 3].map(() => store.readEnvironment(environment, controller.signal))
    const waits = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    await until(async () => (await client.query(waits)).rowCount === 1)
    controller.abort(new Error('enough'))
    for (const one of asked) await expect(one).rejects.toThrow('enough')
    await store.close()
    await client.query('rollback')
  })
})

it('goes on after every connection was lost, and its pool is as large as it was', async () => {
  const { url } = await migratedDatabase()
  const store = open({ connectionString: url, max: 2 })
  await publish(store, 1)
  await withConnection(url, (client) =>
    client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trimtab' and datname = current_database()",
    ),
  )
  await until(() =>
    publish(store, 2).then(
      () => true,
      () => false,
    ),
  )
  expect((await store.readEnvironment(environment)).tree).toEqual({ value: 2 })
})

it('connects to nothing before it is used', async () => {
  const database = pgDatabase({ connectionString: 'postgres://nobody@127.0.0.1:1/none' })
  const store = open({ connectionString: 'postgres://nobody@127.0.0.1:1/none' })
  expect(store.feedStatus(environment)).toEqual({ kind: 'connecting', attempts: 0, error: undefined })
  await database.close()
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'store_unavailable' })
})
