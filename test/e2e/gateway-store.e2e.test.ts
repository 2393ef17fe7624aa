import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { type Service, startService } from './support/service.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const start = join(root, 'examples/gateway/dist/start.js')

// As `npm start` does it first.
beforeAll(() => void execFileSync('npm', ['run', '--silent', 'prestart'], { cwd: root }), 120_000)

/** The gateway of `npm start`, over a store in a folder of its own, with somebody at its terminal. */
class Typed {
  readonly folder: string
  readonly service: Service

  constructor(folder = join(tempFolder(), 'run'), args: readonly string[] = []) {
    this.folder = folder
    this.service = startService(process.execPath, [start, '--folder', folder, '--set', 'http.port=0', ...args], {
      cwd: root,
      isTyped: true,
    })
  }

  async type(text: string, says: RegExp): Promise<string> {
    return this.service.line(says, this.service.type(text))
  }

  /** The statuses of requests that are sent one after another. */
  async ask(count: number): Promise<readonly number[]> {
    const url = (await this.service.line(/^ready /)).split(' ')[1] ?? ''
    const authorization = `Bearer ${readFileSync(join(this.folder, 'secrets', 'globex'), 'utf8')}`
    const statuses: number[] = []
    for (let sent = 0; sent < count; sent += 1) {
      const headers = { connection: 'close', 'x-tenant': 'globex', authorization }
      statuses.push((await fetch(`${url}/orders/${sent}`, { headers })).status)
    }
    return statuses
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    process.kill(this.service.pid, signal)
    return this.service.ended
  }
}

/** So slow that no share is refilled while a test looks. */
const almostNothing = 'set limits { requestsPerSecond: 0.001, burst: 3 }'

test('what is typed is published, in force within a moment, and there after a stop and after a kill', async () => {
  const first = new Typed()
  await first.service.line(/^the store is new: seed\.yaml is its revision 1$/)
  await first.type(
    'set limits.requestsPerSecond 5',
    /^limits\.requestsPerSecond 100 → 5 in force \(revision 2, generation 2\) \d+ ms after you typed it$/,
  )
  await first.type(almostNothing, /^limits\.burst nothing → 3 in force \(revision 3, generation 3\) \d+ ms /)
  expect(await first.ask(4)).toEqual([200, 200, 200, 429])

  await first.type('set limits.requestsPerSecond lots', /^ {2}refused .*limits\.requestsPerSecond: expected a number/)
  await first.type(
    'set traffic.routes.orders.upstream purple',
    /^ {2}refused .*module routes: expected the name of an upstream/,
  )
  await first.type('set access.operator hunter2hunter2hunter2', /^ {2}refused .*the store takes a reference there/)
  await first.type('set limits.perSecond 5', /^The schema has no limits\.perSecond\. /)
  await first.type('hunter2', /^expected set, unset, show/)
  await first.type('history', /^revision 3 by terminal, .*: set limits$/)
  expect(await first.stop()).toBe(0)
  expect(first.service.lines.join('\n')).not.toContain('hunter2')
  expect(first.service.lines.filter((line) => line.startsWith('  note') && !line.includes('Stopping'))).toEqual([])

  const second = new Typed(first.folder)
  await second.service.line(/^the store is at revision 3$/)
  expect(await second.ask(4)).toEqual([200, 200, 200, 429])
  await second.type('set limits.burst 2', /^limits\.burst 3 → 2 in force \(revision 4, /)
  expect(await second.stop('SIGKILL')).toBe('SIGKILL')

  const third = new Typed(first.folder)
  await third.service.line(/^the store is at revision 4$/)
  expect(await third.ask(3)).toEqual([200, 200, 429])
  await third.type('rollback 1', /^limits\.requestsPerSecond 0\.001 → 100 in force \(revision 5, /)
  expect(await third.stop()).toBe(0)
})

test('a file that the store stands above says so, and a value of the store can be taken away', async () => {
  const { folder, service: gateway } = new Typed()
  await gateway.line(/^the store is new/)
  const from = gateway.lines.length
  const seed = join(folder, 'seed.yaml')
  writeFileSync(seed, readFileSync(seed, 'utf8').replace('requestsPerSecond: 100', 'requestsPerSecond: 90'))
  await gateway.line(
    /^ {2}hidden .*seed\.yaml:\d+:22 says limits\.requestsPerSecond 90, the store says 100 since revision 1: unset limits\.requestsPerSecond /,
    from,
  )
  await gateway.line(
    /^limits\.requestsPerSecond 100 → 90 in force \(revision 2, /,
    gateway.type('unset limits.requestsPerSecond'),
  )
  // From now on it is the file's again.
  const later = gateway.lines.length
  writeFileSync(seed, readFileSync(seed, 'utf8').replace('requestsPerSecond: 90', 'requestsPerSecond: 80'))
  await gateway.line(/^ {2}changed {3}limits\.requestsPerSecond: 90 → 80$/, later)
})

test('what health takes back is told with the way to take it out of the store', async () => {
  const gateway = new Typed()
  await gateway.service.line(/^stable: /)
  // A port on which nobody listens.
  await gateway.type('set traffic.upstreams.blue.url http://127.0.0.1:1', / in force \(revision 2, generation 2\) /)
  await gateway.service.line(/^undone: generation 3 is what was stable before$/)
  await gateway.service.line(/^ {2}stored {4}revision 2 is not in force: rollback 1 /)
  expect(await gateway.ask(1)).toEqual([200])
  await gateway.type(
    'rollback 1',
    /^traffic\.upstreams\.blue\.url is taken out of the store \(revision 3\), and stays /,
  )
  expect(await gateway.stop()).toBe(0)
})

test('a second gateway takes a folder of its own, and one without a store reads the files alone', async () => {
  const first = new Typed()
  await first.service.line(/^the store is new/)
  const second = new Typed(first.folder)
  await second.service.line(/^another gateway runs in .*run: taking .*run-2$/)
  await second.service.line(/^the store is new/)
  await second.type('set limits.requestsPerSecond 7', / in force /)
  await first.type('show limits.requestsPerSecond', /^limits\.requestsPerSecond is 100$/)
  expect(await second.stop()).toBe(0)

  const files = new Typed(first.folder, ['--files'])
  await files.service.line(/^Take 2 to 8 back/)
  const from = files.service.type('set limits.requestsPerSecond 1')
  const seed = join(first.folder, 'seed.yaml')
  writeFileSync(seed, readFileSync(seed, 'utf8').replace('requestsPerSecond: 100', 'requestsPerSecond: 90'))
  await files.service.line(/^ {2}changed {3}limits\.requestsPerSecond: 100 → 90$/, from)
  expect(files.service.lines.join('\n')).not.toContain('the store')
  expect([await files.stop(), await first.stop()]).toEqual([0, 0])
})

test('where the database of the store is not installed, the gateway says so, and does without', async () => {
  const folder = join(tempFolder(), 'run')
  const run = (...args: readonly string[]) =>
    startService(process.execPath, ['--import', withoutPglite, start, '--folder', folder, ...args], { cwd: root })
  const refused = run()
  expect(await refused.ended).toBe(11)
  expect(refused.lines).toEqual([
    expect.stringMatching(/Run: npm install @electric-sql\/pglite, or go without a store: npm start -- --files$/),
    'ended with 11',
  ])
  const files = run('--set', 'http.port=0', '--files')
  await files.line(/^ready /)
  process.kill(files.pid, 'SIGTERM')
  expect(await files.ended).toBe(0)
})

/** Hides the package from a process, as if nobody had installed it. */
const hook = `export function resolve(name, context, next) {
  if (!name.startsWith('@electric-sql/pglite')) return next(name, context)
  throw Object.assign(new Error("Cannot find package '@electric-sql/pglite'"), { code: 'ERR_MODULE_NOT_FOUND' })
}`
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`
const withoutPglite = dataUrl(`import { register } from 'node:module'\nregister(${JSON.stringify(dataUrl(hook))})`)
