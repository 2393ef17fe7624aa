import { beforeAll, expect, test } from 'vitest'
import { buildGateway, TestGateway } from './support/gateway.ts'
import {
  type Flaw,
  flaws,
  mainFile,
  type MainFile,
  stampOf,
  trafficFile,
  type TrafficFile,
} from './support/gateway-files.ts'
import { save, type SaveStyle, saveStyles } from './support/save-styles.ts'
import type { Service } from './support/service.ts'
import { startLoad } from './support/start-load.ts'
import { credentials } from './support/tenants.ts'
import { startTestUpstream, type TestUpstream } from './support/upstreams.ts'

beforeAll(buildGateway)

const places = { main: 'config.yaml', traffic: 'routes.d/traffic.yaml' } as const

/** A gateway over files of its own, and everything that has been written into them. */
class Bench {
  edits = 0
  readonly #gateway: TestGateway
  readonly #servers: readonly TestUpstream[]
  #main: MainFile = { limit: 1_000_000, level: 'info', port: 0 }
  #traffic: TrafficFile

  constructor(servers: readonly TestUpstream[]) {
    this.#servers = servers
    this.#traffic = { edit: 0, server: this.#server(0), extra: undefined }
    this.#gateway = new TestGateway({
      [places.main]: mainFile(this.#main),
      [places.traffic]: trafficFile(this.#traffic),
    })
  }

  get service(): Service {
    return this.#gateway.service
  }

  url(): Promise<string> {
    return this.#gateway.url()
  }

  get stamp(): string {
    return stampOf(this.#traffic)
  }

  /** Moves the traffic to another server under another stamp, and waits until it is told. */
  async moveTraffic(style: SaveStyle, change: Partial<Pick<TrafficFile, 'extra'>> = {}): Promise<number> {
    const edit = this.edits + 1
    this.#traffic = { ...this.#traffic, ...change, edit, server: this.#server(edit) }
    return this.#save(style, 'traffic', trafficFile(this.#traffic), new RegExp(`^  changed .*→ "${this.stamp}"$`))
  }

  async changeMain(style: SaveStyle, change: Partial<MainFile>, says?: RegExp): Promise<number> {
    const limit = 1_000_000 + this.edits
    this.#main = { ...this.#main, limit, ...change }
    return this.#save(
      style,
      'main',
      mainFile(this.#main),
      says ?? new RegExp(`^  changed   limits.requestsPerSecond: \\d+ → ${limit}$`),
    )
  }

  /** Saves a good file with a mistake at its end, in a line that no mistake stood in before, and mends it again. */
  async makeMistake(style: SaveStyle, { file, text, says }: Flaw): Promise<void> {
    const good = file === 'main' ? mainFile(this.#main) : trafficFile(this.#traffic)
    const content = `${good}${'\n'.repeat(this.edits)}${text}`
    const line = content.trimEnd().split('\n').length
    const escaped = says.replaceAll(/[.*/]/g, '\\$&')
    const place = `${file === 'main' ? 'config' : 'routes\\.d/traffic'}\\.yaml:(${line}|${line + 1}|1):\\d+: `
    await this.#save(style, file, content, new RegExp(`^  refused   ${place}(.*: )?${escaped}`))
    await (file === 'main' ? this.changeMain(style, {}) : this.moveTraffic(style))
  }

  /** Gives the number of the line after which to look for what else is said of it. */
  async #save(style: SaveStyle, file: Flaw['file'], content: string, says: RegExp): Promise<number> {
    const from = this.service.lines.length
    this.edits += 1
    await save(style, this.#gateway.path(places[file]), content, String(this.edits))
    await this.service.line(says, from)
    return from
  }

  #server(edit: number): TestUpstream {
    const server = this.#servers[edit % this.#servers.length]
    if (server === undefined) throw new Error('There is no upstream')
    return server
  }
}

/** Every kind of change once, saved in one way. */
async function changeEverything(bench: Bench, style: SaveStyle): Promise<void> {
  const { service } = bench
  const added = await bench.moveTraffic(style, { extra: { connections: 1 } })
  await service.line(/^  started   upstreams.*extra/, added)
  const changed = await bench.moveTraffic(style, { extra: { connections: 2 } })
  await service.line(/^  replaced  upstreams.*extra/, changed)
  const removed = await bench.moveTraffic(style, { extra: undefined })
  await service.line(/^  stopped   upstreams.*extra/, removed)

  const limited = await bench.changeMain(style, {})
  await service.line(/^  reloaded  limiter$/, limited)
  const quieter = await bench.changeMain(style, { level: 'warn' })
  await service.line(/^  reloaded  logger$/, quieter)
  await bench.changeMain(style, { level: 'info' })

  const port = 20_000 + bench.edits
  await bench.changeMain(style, { port }, new RegExp(`^  waiting   for a restart: http.port is 0, configured ${port}$`))
  await bench.changeMain(style, { port: 0 }, /^  waiting   nothing any more$/)
  for (const flaw of flaws) await bench.makeMistake(style, flaw)
}

const ask = (url: string) => fetch(url, { headers: { ...credentials('acme'), connection: 'close' } })

test('no request fails or sees two generations while the files change in every way', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map((name) => startTestUpstream(name)))
  const bench = new Bench(servers)
  const url = await bench.url()
  const load = await startLoad(url)
  for (const style of saveStyles) await changeEverything(bench, style)
  const { answered, failed, mixed, stamps } = await load.stop()

  expect(bench.edits).toBeGreaterThanOrEqual(100)
  expect({ failed, mixed }).toEqual({ failed: { errors: 0, timeouts: 0, non2xx: 0 }, mixed: [] })
  expect(answered).toBeGreaterThan(1_000)
  expect(Object.keys(stamps).length).toBeGreaterThan(50)
  expect(Object.values(stamps).filter((seen) => seen.length !== 1)).toEqual([])

  const last = await ask(`${url}/load/last`)
  expect(await last.json()).toMatchObject({ stamp: bench.stamp, token: bench.stamp })
  const { lines } = bench.service
  const refusals = lines.filter((line) => line.startsWith('  refused'))
  expect(refusals.length).toBeGreaterThanOrEqual(saveStyles.length * flaws.length)
  expect(refusals.filter((line) => !/^  refused   \S+\.yaml:\d+:\d+: /.test(line))).toEqual([])
  expect(lines.join('\n')).not.toContain('token-')
  expect(lines.join('\n')).not.toContain('hidden')

  process.kill(bench.service.pid, 'SIGTERM')
  expect(await bench.service.ended).toBe(0)
})

test('a stop loses no request that was begun, and ends with 0', async () => {
  const held = holdUntilOpened(20)
  const bench = new Bench([await startTestUpstream('a', held)])
  const url = await bench.url()
  const answers = Array.from({ length: 20 }, (_, index) => ask(`${url}/load/hold/${index}`))
  await held.full
  process.kill(bench.service.pid, 'SIGTERM')
  await bench.service.line(/Stopping: SIGTERM/)
  held.open()
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(statuses).toEqual(Array.from({ length: 20 }, () => 200))
  expect(await bench.service.ended).toBe(0)
})

/** Holds requests until it is opened; `full` resolves when that many are held. */
function holdUntilOpened(count: number) {
  let open = () => {}
  let fill = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const full = new Promise<void>((resolve) => {
    fill = resolve
  })
  let held = 0
  const gate = () => {
    held += 1
    if (held === count) fill()
    return opened
  }
  return { gate, full, open: () => open() }
}
