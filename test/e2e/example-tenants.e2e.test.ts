import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { withConnection } from '../support/postgres/database.ts'
import { findInstallations } from '../support/postgres/installations.ts'
import { startPostgres } from '../support/postgres/server.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { type Service, startService } from './support/service.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `npm run example:tenants` as the guide says it, without a terminal. */
function startExample(databaseUrl?: string) {
  const folder = tempFolder()
  const { DATABASE_URL: _ignored, ...env } = process.env
  const service = startService('npm', ['run', 'example:tenants', '--', '--port', '0', '--folder', folder], {
    cwd: root,
    env: databaseUrl === undefined ? env : { ...env, DATABASE_URL: databaseUrl },
    detached: true,
  })
  const tokenOf = (name: string) => readFileSync(join(folder, 'tokens', name), 'utf8')
  const send = async (who: string, path: string, init: RequestInit = {}) => {
    const url = (await service.line(/^ready /)).split(' ')[1] ?? ''
    const headers = { authorization: `Bearer ${tokenOf(who)}`, 'x-tenant': who, connection: 'close' }
    const response = await fetch(`${url}${path}`, { ...init, headers })
    return { status: response.status, text: await response.text() }
  }
  const operate = (path: string, body?: object) =>
    send('operator', `/admin${path}`, { method: 'POST', ...(body && { body: JSON.stringify(body) }) })
  return { service, tokenOf, send, operate }
}

async function end(service: Service): Promise<void> {
  process.kill(service.pid, 'SIGTERM')
  expect(await service.ended).toBe(0)
  expect(service.lines.filter((line) => line.startsWith('ready '))).toHaveLength(1)
}

test('starts a server of its own, serves three tenants, and what is published for one is that one’s', async () => {
  const { service, send, operate, tokenOf } = startExample()
  expect(await send('acme', '/')).toEqual({ status: 200, text: 'Hello, acme: 60 a minute\n' })
  const published = operate('/acme', { greeting: 'Howdy', 'limits.perMinute': 500 })
  await service.line(/^acme says "Howdy" from now on$/)
  expect(await published).toMatchObject({ status: 200, text: expect.stringContaining('"published"') })
  expect((await send('acme', '/')).text).toBe('Howdy, acme: 500 a minute\n')
  for (const other of ['globex', 'initech'])
    expect((await send(other, '/')).text).toBe(`Hello, ${other}: 60 a minute\n`)
  expect(service.lines.filter((line) => line.includes(' says '))).toHaveLength(1)

  expect((await send('acme', '/orders/17')).text).toBe('ten anvils\n')
  expect(await send('acme', '/orders/18')).toMatchObject({ status: 404 })
  await service.line(/^The guard refused read of orders\/18, which belongs to globex, by acme$/)

  expect(JSON.parse((await operate('/globex/suspend')).text)).toMatchObject({ state: 'suspended', follows: 'nothing' })
  expect([(await send('globex', '/')).status, (await send('acme', '/')).status]).toEqual([403, 200])
  await operate('/globex/activate')
  expect((await send('globex', '/')).status).toBe(200)
  expect((await send('globex', '/admin')).status).toBe(403)
  await end(service)
  for (const name of ['acme', 'globex', 'operator']) expect(service.lines.join('\n')).not.toContain(tokenOf(name))
})

test('uses the server of DATABASE_URL, closes its sessions at the end, and finds everything again', async () => {
  const [installation] = await findInstallations()
  if (installation === undefined) throw new Error('unreachable: it throws where there is none')
  const server = await startPostgres({ installation })
  onTestFinished(() => server.stop())
  const url = server.url('postgres').replace('postgres@', 'postgres:hunter2@')
  const first = startExample(url)
  await first.service.line(/^ready /)
  await first.operate('/acme', { greeting: 'Howdy' })
  await end(first.service)
  const { rows } = await withConnection(server.url('postgres'), (client) =>
    client.query(
      "select datname, count(pid)::int as sessions from pg_database left join pg_stat_activity using (datname) where datname like 'trimtab_example_%' group by 1 order by 1",
    ),
  )
  const names = ['acme', 'globex', 'initech'].map((tenant) => `trimtab_example_${tenant}`)
  expect(rows).toEqual(names.map((datname) => ({ datname, sessions: 0 })))
  const second = startExample(url)
  expect((await second.send('acme', '/')).text).toBe('Howdy, acme: 60 a minute\n')
  await end(second.service)
  expect([...first.service.lines, ...second.service.lines].join('\n')).not.toContain('hunter2')
})

test('says so where there is no server, without the password, and ends', async () => {
  const { service } = startExample('postgres://me:hunter2@127.0.0.1:1/postgres')
  await service.line(
    /^The databases could not be made at DATABASE_URL: nobody accepts connections there \(ECONNREFUSED\)$/,
  )
  expect(await service.ended).toBe(1)
  expect(service.lines.join('\n')).not.toContain('hunter2')
})

test('says what it does not know of its command line before it starts anything', async () => {
  const { ended, lines } = startService('npm', ['run', '--silent', 'example:tenants', '--', '--prt', '8081'], {
    cwd: root,
    detached: true,
  })
  expect(await ended).toBe(2)
  expect(lines.filter((line) => !line.startsWith('npm '))).toEqual([
    "Unknown option '--prt'. There are --port …, --folder ….",
  ])
})
