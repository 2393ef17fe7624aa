import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject, onTestFinished } from 'vitest'

/** One of the servers that run beside the tests. */
export interface TestServer {
  readonly version: number
  readonly port: number
}

/** A database of one test. */
export interface TestDatabase {
  readonly name: string
  readonly port: number
  /** As the superuser `postgres`. */
  readonly url: string
}

/** Every server that runs beside the tests of this project, the newest first. For `describe.each`. */
export function testServers(): readonly TestServer[] {
  return inject('postgres')
}

/** The newest server: the one for whatever does not differ from version to version. */
export function testServer(): TestServer {
  const [server] = testServers()
  if (server === undefined) throw new Error('No server runs: the test has to be named *.pg.test.ts.')
  return server
}

/**
 * A new database for the running test, cloned from `template`, dropped when the test ends, with whoever is still connected.
 * Made in some 50 ms.
 */
export async function testDatabase({
  server = testServer(),
  template = 'template1',
}: {
  readonly server?: TestServer
  readonly template?: string
} = {}): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(server, `create database ${name} template ${template}`)
  onTestFinished(() => administer(server, `drop database if exists ${name} with (force)`))
  return { name, port: server.port, url: urlOf(server, name) }
}

/**
 * Makes a database that others are cloned from, once for the server, however many test files ask: `fill` is given its URL,
 * and has left it when it ends.
 */
export async function testTemplate(
  name: string,
  fill: (url: string) => Promise<void>,
  server: TestServer = testServer(),
): Promise<string> {
  await withConnection(urlOf(server, 'postgres'), async (client) => {
    // The lock is the connection's: it goes with it, also where a test file is killed.
    await client.query('select pg_advisory_lock(hashtext($1))', [name])
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount !== 0) return
    const draft = `draft_${randomUUID().replaceAll('-', '')}`
    await client.query(`create database ${draft}`)
    await fill(urlOf(server, draft))
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return name
}

/** Connects, works, and leaves. */
export async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function administer(server: TestServer, text: string): Promise<void> {
  return withConnection(urlOf(server, 'postgres'), async (client) => void (await client.query(text)))
}

function urlOf({ port }: TestServer, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`
}
