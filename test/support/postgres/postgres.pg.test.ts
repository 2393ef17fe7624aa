import { describe, expect, test } from 'vitest'
import { testDatabase, testServer, testServers, testTemplate, withConnection } from './database.ts'
import { findInstallations } from './installations.ts'
import { startPostgres } from './server.ts'

describe.each(testServers())('PostgreSQL $version', (server) => {
  test('gives each test a database of its own', async () => {
    const [one, other] = [await testDatabase({ server }), await testDatabase({ server })]
    await withConnection(one.url, (client) => client.query('create table mine ()'))
    const { rows } = await withConnection(other.url, (client) =>
      client.query(
        "select to_regclass('mine') as found, current_setting('server_version_num')::int / 10000 as version",
      ),
    )
    expect(rows).toEqual([{ found: null, version: server.version }])
  })

  test('makes a template once, whoever asks, and clones it', async () => {
    let made = 0
    const fill = async (url: string) => {
      made += 1
      await withConnection(url, (client) =>
        client.query('create table prepared (id int); insert into prepared values (7)'),
      )
    }
    const names = await Promise.all([1, 2, 3].map(() => testTemplate('of_these_tests', fill, server)))
    expect(made).toBe(1)
    expect(new Set(names)).toEqual(new Set(['of_these_tests']))
    const { url } = await testDatabase({ server, template: 'of_these_tests' })
    expect((await withConnection(url, (client) => client.query('select id from prepared'))).rows).toEqual([{ id: 7 }])
  })
})

test('the newest server is the first one, and listens where no outgoing connection takes its port', () => {
  expect(testServer().version).toBe(Math.max(...testServers().map(({ version }) => version)))
  for (const { port } of testServers()) expect(port).toBeLessThan(32_768)
})

test('a server of its own survives a crash with what was committed', async () => {
  const [installation] = await findInstallations()
  if (installation === undefined) throw new Error('unreachable: it throws where there is none')
  const server = await startPostgres({ installation, settings: { max_connections: '10' } })
  try {
    const url = server.url('postgres')
    await withConnection(url, (client) => client.query('create table kept (); insert into kept default values'))
    server.signal('SIGKILL')
    await server.restart()
    expect((await withConnection(url, (client) => client.query('select from kept'))).rowCount).toBe(1)
  } finally {
    await server.stop()
    await server.stop()
  }
}, 30_000)
