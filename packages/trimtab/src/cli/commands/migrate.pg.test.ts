import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { helpOf } from '../../../../../scripts/cli-page.ts'
import {
  type TestDatabase,
  testDatabase,
  testServers,
  withConnection,
} from '../../../../../test/support/postgres/database.ts'
import { runCli } from '../../../../../test/support/run-cli.ts'
import { type PostgresStore, postgresStore } from '../../postgres/postgres-store.ts'

const run = ({ url }: TestDatabase, ...argv: readonly string[]) =>
  runCli(['migrate', ...argv], { env: { DATABASE_URL: url } })
const sql = ({ url }: TestDatabase, statement: string) => withConnection(url, (client) => client.query(statement))

describe.each(testServers())('on PostgreSQL $version', (server) => {
  it('migrates once, says what it did, and shows the host and the database alone', async () => {
    const database = await testDatabase({ server })
    const address = `127\\.0\\.0\\.1:${database.port}/${database.name}`
    const before = await run(database, '--check')
    expect(before.code).toBe(18)
    expect(before.stdout).toMatch(
      /^ {2}pending {2}0001-store\n\nThe store is to be migrated \(run trimtab migrate\): trimtab /,
    )
    const first = await run(database)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(
      new RegExp(`^ {2}applied {2}0001-store\n\nThe store is migrated: trimtab in ${address}, \\d+ ms\\.\n$`),
    )
    const second = await run(database, '--json')
    expect(JSON.parse(second.stdout)).toEqual({
      status: 'current',
      schema: 'trimtab',
      applied: [],
      present: ['0001-store'],
      pending: [],
      unknown: [],
      missing: [],
      duration: expect.any(Number),
      sql: null,
    })
    expect((await run(database, '--check')).code).toBe(0)
  })

  it('is done by one of ten commands that start at once, and none fails', async () => {
    const { url } = await testDatabase({ server })
    const ended = await Promise.all(Array.from({ length: 10 }, () => startCommand(url)))
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array.from({ length: 10 }, () => ({ code: 0, stderr: '' })),
    )
    const statuses = ended.map(({ stdout }) => JSON.parse(stdout).status)
    expect(statuses.filter((status) => status === 'migrated')).toHaveLength(1)
    expect(statuses.filter((status) => status === 'current')).toHaveLength(9)
  }, 120_000)
})

it('makes roles: who reads can not publish, and who publishes can not write past the functions', async () => {
  const database = await testDatabase()
  await run(database)
  const login = async (role: 'reader' | 'publisher') => {
    const name = `${role}_${database.name}`
    await sql(database, `create role ${name} login in role trimtab_${role}`)
    onTestFinished(async () => void (await sql(database, `drop role ${name}`)))
    return database.url.replace('postgres@', `${name}@`)
  }
  const [asReader, asPublisher] = [await login('reader'), await login('publisher')]
  await using reader = postgresStore({ connectionString: asReader })
  await using publisher = postgresStore({ connectionString: asPublisher })
  const publish = async (store: PostgresStore) => {
    const { cursor } = await store.readEnvironment('checkout/production')
    const edit = { scope: 'checkout/production', path: 'pool.max', value: 20 }
    return store.publish([edit], { author: 'dana', message: 'Black Friday', expected: cursor })
  }
  await expect(publish(reader)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/42501/),
  })
  expect(await publish(publisher)).toMatchObject({ kind: 'published' })
  expect((await reader.readEnvironment('checkout/production')).tree).toEqual({ pool: { max: 20 } })
  for (const url of [asReader, asPublisher]) {
    const writing = withConnection(url, (client) => client.query("update trimtab.entries set value = '500'"))
    await expect(writing).rejects.toThrow(/permission denied/)
  }
})

it('prints a script that makes a store which lacks nothing', async () => {
  const database = await testDatabase()
  const { stdout } = await run(database, '--print', '--schema', 'checkout')
  expect((await run(database, '--check', '--schema', 'checkout')).code).toBe(18)
  await sql(database, stdout)
  expect(await run(database, '--check', '--schema', 'checkout')).toMatchObject({ code: 0, stderr: '' })
})

it('says that a trigger is missing, with an exit code, and changes nothing', async () => {
  const database = await testDatabase()
  await run(database)
  await sql(database, 'drop trigger notify_readers on trimtab.environments')
  const { code, stdout } = await run(database, '--check')
  expect(code).toBe(18)
  expect(stdout).toContain('  missing  The trigger notify_readers of trimtab.environments is missing or off')
  expect((await run(database, '--check')).code).toBe(18)
  const document = JSON.parse((await run(database, '--check', '--json')).stdout)
  expect(document).toMatchObject({ status: 'incomplete', missing: [expect.stringContaining('notify_readers')] })
})

it('says that a store is newer, and neither it nor a service of this version writes to it', async () => {
  const database = await testDatabase()
  await run(database)
  await sql(database, "insert into trimtab.migrations values (2, 'later', 'x', false)")
  expect(await run(database, '--check')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('newer    0002-later'),
  })
  await using store = postgresStore({ connectionString: database.url })
  const { cursor } = await store.readEnvironment('checkout/production')

  await sql(database, "insert into trimtab.migrations values (3, 'latest', 'x', true)")
  for (const flags of [[], ['--check']]) {
    const { code, stdout, stderr } = await run(database, ...flags)
    expect({ code, stdout }).toEqual({ code: 14, stdout: '' })
    expect(stderr).toContain('The store has migration 0003-latest')
  }
  const publishing = store.publish([{ scope: 'checkout/production', path: 'pool.max', value: 20 }], {
    author: 'dana',
    message: 'Black Friday',
    expected: cursor,
  })
  await expect(publishing).rejects.toMatchObject({ code: 'store_incompatible' })
  expect((await sql(database, 'select from trimtab.revisions')).rowCount).toBe(0)
})

it('the examples of its help work', async () => {
  const database = await testDatabase()
  const examples = [...helpOf('migrate').matchAll(/^ {2}\$ trimtab migrate (.*)$/gm)].map(([, each = '']) => each)
  expect(examples.length).toBeGreaterThan(2)
  for (const example of examples) {
    const argv = example.split(' ').map((word) => (word.startsWith('postgres:') ? database.url : word))
    expect({ example, ...(await run(database, ...argv)) }).toMatchObject({ code: 0, stderr: '' })
  }
})

/** The real command as a process. */
async function startCommand(url: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const env = { ...process.env, DATABASE_URL: url, TSX_TSCONFIG_PATH: file('../../../../../tsconfig.tests.json') }
  const argv = ['--import', 'tsx', file('../bin.ts'), 'migrate', '--json']
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}
