import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { type Service, startService } from './support/service.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `npm start` as the README says it, over a folder of its own. */
class Started {
  readonly folder: string
  readonly service: Service

  constructor(folder = join(tempFolder(), 'run')) {
    this.folder = folder
    this.service = startService('npm', ['start', '--', '--folder', folder], { cwd: root, detached: true })
  }

  async url(): Promise<string> {
    return (await this.service.line(/^ready /)).split(' ')[1] ?? ''
  }

  /** Sends a request as it is printed, with the token that nobody but the folder knows. */
  async send(path: string, tenant = 'globex'): Promise<Response> {
    const url = await this.url()
    const token = readFileSync(join(this.folder, 'secrets', tenant), 'utf8')
    return fetch(`${url}${path}`, {
      headers: { connection: 'close', 'x-tenant': tenant, authorization: `Bearer ${token}` },
    })
  }

  async ask(path: string, tenant?: string): Promise<unknown> {
    return (await this.send(path, tenant)).json()
  }

  /** Gives what has been said since. */
  async edit(file: string, from: string | RegExp, to: string, says: RegExp): Promise<readonly string[]> {
    const path = join(this.folder, file)
    const before = this.service.lines.length
    const text = readFileSync(path, 'utf8')
    const next = text.replace(from, to)
    expect(next).not.toBe(text)
    writeFileSync(path, next)
    await this.service.line(says, before)
    return this.service.lines.slice(before)
  }
}

/** Listens on a port, on the one that is asked for or, where somebody else has it, not at all. */
async function occupy(port: number): Promise<number> {
  const server = createServer()
  const listening = once(server, 'listening')
  server.listen(port, '127.0.0.1')
  try {
    await listening
  } catch {
    return port
  }
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

const shop = 'routes.d/shop.yaml'

test('npm start says what to edit, and what becomes of everything that it says to try', async () => {
  const started = new Started()
  const { service } = started
  expect(await started.ask('/orders/1')).toMatchObject({ upstream: 'blue', path: '/orders/1', tenant: 'globex' })
  await service.line(/^Take 2 to 8 back/)
  expect(service.lines.filter((line) => line.startsWith('ready '))).toHaveLength(1)
  for (const told of ['config.yaml', shop, 'curl ', ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `  ${number} `)]) {
    expect(service.lines.join('\n')).toContain(told)
  }

  const kept = [await started.send('/status'), await started.send('/status'), await started.send('/status', 'acme')]
  expect(kept.map(({ headers }) => headers.get('x-trimtab-cache'))).toEqual(['miss', 'hit', 'miss'])

  const moved = await started.edit(shop, 'upstream: blue', 'upstream: green', /^  ended     routes/)
  expect(moved).toContain('  changed   traffic.routes.orders.upstream: "blue" → "green"')
  expect(moved).toContain('  replaced  routes')
  expect(await started.ask('/orders/1')).toMatchObject({ upstream: 'green' })

  const refused = /^  refused   \S+\/routes\.d\/shop\.yaml:\d+:17: traffic\.routes\.orders\.upstream: module routes: /
  await started.edit(shop, 'upstream: green', 'upstream: purple', refused)
  expect(await started.ask('/orders/1')).toMatchObject({ upstream: 'green' })
  await started.edit(shop, 'upstream: purple', 'upstream: blue', /^  changed   traffic.routes.orders.upstream/)

  const torn = /^  refused   \S+\/config\.yaml:\d+:8: a quote is not closed/
  await started.edit('config.yaml', '\n  ttl: 10s', '\n  ttl: "10s', torn)
  await started.edit('config.yaml', '\n  ttl: "10s', '\n  ttl: 20s', /^  reloaded  responses$/)
  expect(service.lines).toContain('  changed   responses.ttl: 10000 → 20000')

  const waiting = /^  waiting   for a restart: http\.port is \d+, configured 9090$/
  await started.edit('config.yaml', '# port: 9090', 'port: 9090', waiting)
  const changed = /^  changed   responses\.maxEntries: 1000 → 900$/
  const before = service.lines.length
  await started.edit('config.yaml', 'maxEntries: 1000', 'maxEntries: 900', changed)
  await service.line(waiting, before)
  await started.edit('config.yaml', 'port: 9090', '# port: 9090', /^  waiting   nothing any more$/)

  await tryHealth(started)
  await tryTenants(started)
  expect(service.lines.filter((line) => line.startsWith('  note'))).toEqual([])
  const said = service.lines.join('\n')
  for (const name of ['acme', 'globex', 'operator'])
    expect(said).not.toContain(readFileSync(join(started.folder, 'secrets', name), 'utf8'))

  process.kill(service.pid, 'SIGTERM')
  expect(await service.ended).toBe(0)
  expect(service.lines.filter((line) => line.startsWith('ready '))).toHaveLength(1)
})

/** What is valid for every module, and breaks a required check. */
async function tryHealth(started: Started): Promise<void> {
  // Before that, what it goes back to is older.
  const committed = started.service.lines.findLast((line) => /^reload by .*: generation \d+$/.test(line))
  await started.service.line(new RegExp(`^stable: ${committed?.split(': ')[1]},`))
  const said = await started.edit('config.yaml', '${env:BLUE_URL}', '${env:RED_URL}', /^undone: /)
  expect(said).toContain('  replaced  upstreams["blue"]')
  expect(said).toContainEqual(expect.stringMatching(/^health says no to generation \d+, after /))
  expect(said).toContainEqual(
    expect.stringMatching(/^  unhealthy upstreams.*failed 5 times in a row: GET \/ answered 500$/),
  )
  expect(await started.ask('/orders/1')).toMatchObject({ upstream: 'blue' })
  await started.edit('config.yaml', '${env:RED_URL}', '${env:BLUE_URL}', /^reload by .*: nothing to apply/)
}

/** What is one tenant's own, and what keeps it so. */
async function tryTenants(started: Started): Promise<void> {
  await started.edit('tenants/globex.yaml', '# limits:', 'limits:', /^  reloaded  limiter, for globex$/)
  const statuses = [await started.send('/orders/1'), await started.send('/orders/1')].map(({ status }) => status)
  expect(statuses).toEqual([200, 429])
  expect(await started.ask('/orders/1', 'acme')).toMatchObject({ tenant: 'acme' })
  await started.edit('tenants/globex.yaml', 'limits:', '# limits:', /^  reloaded  limiter, for globex$/)

  const refused = /^  refused   \S+\/tenants\/acme\.yaml:\d+:22: limits\.requestsPerSecond: expected a number/
  const held = await started.edit('tenants/acme.yaml', 'requestsPerSecond: 200', 'requestsPerSecond: lots', refused)
  expect(held).toContain('tenant acme: goes on with its last good configuration')
  expect(await started.ask('/orders/1', 'acme')).toMatchObject({ tenant: 'acme' })
  const recovered = /^tenant acme: reads what is configured for it again$/
  await started.edit('tenants/acme.yaml', 'requestsPerSecond: lots', 'requestsPerSecond: 200', recovered)

  await started.edit(shop, 'tenants: [acme]', '# tenants: [acme]', /^reload by .*: generation /)
  const before = started.service.lines.length
  expect((await started.send('/orders/1')).status).toBe(403)
  await started.service.line(/^guard: refused request of upstreams\/acme of acme by globex$/, before)
  expect(await started.ask('/orders/1', 'acme')).toMatchObject({ upstream: 'green', tenant: 'acme' })
  await started.edit(shop, '# tenants: [acme]', 'tenants: [acme]', /^reload by .*: generation /)
}

test('npm start takes a free port where its own is busy, and keeps a configuration that is there already', async () => {
  await occupy(8080)
  const first = new Started()
  await first.service.line(/^port 8080 is busy: taking a free one$/)
  expect(await first.ask('/status')).toMatchObject({ upstream: 'green' })

  const written = await occupy(0)
  await first.edit('config.yaml', '# port: 9090', `port: ${written}`, /^  waiting   for a restart: http\.port/)
  process.kill(first.service.pid, 'SIGTERM')
  expect(await first.service.ended).toBe(0)

  const second = new Started(first.folder)
  await second.service.line(new RegExp(`^port ${written} is busy: taking a free one$`))
  expect(await second.ask('/status')).toMatchObject({ upstream: 'green' })
  expect(readFileSync(join(second.folder, 'config.yaml'), 'utf8')).toContain(`port: ${written}`)
  process.kill(second.service.pid, 'SIGTERM')
  expect(await second.service.ended).toBe(0)
})

test('Ctrl-C, which npm gets and passes on to a gateway that got it as well, ends the gateway with 0', async () => {
  const { service, folder } = new Started()
  await service.line(/^Take 2 to 8 back/)
  process.kill(-service.pid, 'SIGINT')
  await service.line(/^ended with 0$/)
  // npm ends as the signal says, or with what the gateway gave: that is its own affair.
  await service.ended
  expect(existsSync(join(folder, 'config.yaml'))).toBe(true)
})

test('npm start says with file, line and column why it does not start', async () => {
  const started = new Started()
  await started.url()
  writeFileSync(join(started.folder, 'config.yaml'), 'responses:\n  maxEntries: hunter2\n')
  process.kill(started.service.pid, 'SIGTERM')
  await started.service.ended
  const again = new Started(started.folder)
  await again.service.line(/config\.yaml:2:15: responses\.maxEntries: expected a whole number/)
  expect(await again.service.ended).toBe(3)
  expect(again.service.lines.join('\n')).not.toContain('hunter2')
})

test('npm start says what it does not know of its command line, and what there is', async () => {
  const { ended, lines } = startService('npm', ['start', '--silent', '--', '--prt', '8081'], {
    cwd: root,
    detached: true,
  })
  expect(await ended).toBe(2)
  expect(lines.filter((line) => !line.startsWith('npm '))).toEqual([
    "Unknown option '--prt'. There are --folder …, --files, --set ….",
  ])
})

test('npm start without a store says so once to whoever types, and ends as ever', async () => {
  const args = ['start', '--', '--files', '--folder', join(tempFolder(), 'run'), '--set', 'http.port=0']
  const service = startService('npm', args, { cwd: root, detached: true, isTyped: true })
  await service.line(/^Take 2 to 8 back/)
  service.type('set limits.requestsPerSecond 5')
  await service.line(/^There is no store to publish to, .* without --files, it has one\.$/)
  service.type('help')
  process.kill(service.pid, 'SIGTERM')
  expect(await service.ended).toBe(0)
  expect(service.lines.filter((line) => line.includes('no store'))).toHaveLength(1)
})
