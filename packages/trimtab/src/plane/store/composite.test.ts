import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diskIsQuiet } from '../../../../../test/support/disk-is-quiet.ts'
import { nextOutcome } from '../../../../../test/support/next-event.ts'
import { environment, storeWorld } from '../../../../../test/support/store-world.ts'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { argsSource } from '../../sources/args.ts'
import { envSource } from '../../sources/env.ts'
import { objectSource } from '../../sources/object.ts'
import type { Source } from '../../sources/source.ts'
import { fileSource } from '../../sources/file.ts'
import { storeSource } from '../../store/source/store-source.ts'
import type { PlaneOptions } from '../options.ts'
import type { ManualClock } from '../../testing/manual-clock.ts'

/** What it resolves to, with as much time as it takes: none passes while the disk is at work. */
async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false
  const over = work.finally(() => (isOver = true))
  over.catch(() => {})
  while (!isOver) {
    await diskIsQuiet()
    await clock.advance(100)
  }
  return over
}

/** A file under a store under the environment under arguments. */
async function composite(variables: Record<string, string> = {}, argv: readonly string[] = []) {
  const world = storeWorld()
  const file = join(tempFolder(), 'config.yaml')
  writeFileSync(file, 'pool: { max: 5, idle: 6 }\n')
  const { store } = world
  const sources = [
    fileSource(file, { watch: false }),
    storeSource({ store, environment, optional: true }),
    envSource({ prefix: 'APP_', env: variables }),
    argsSource(argv),
  ]
  return { ...world, file, sources, begin: () => world.start({ sources }) }
}

/** A service with tenants whose state folder has what was good. */
async function keptTenants(reload: PlaneOptions['reload'] = {}) {
  const world = await composite()
  const { store, sources, set, publish, start } = world
  const stateDir = join(tempFolder(), 'state')
  const options = { sources, stateDir, reload, tenants: { mode: 'shared' as const, store } }
  await set('pool.max', 20)
  await set('limits.rate', 3, `${environment}/acme`)
  await publish({ scope: `${environment}/other`, state: 'suspended' })
  const first = await start(options)
  await first.close()
  return { ...world, options }
}

describe('a file under a store under the environment under arguments', () => {
  test('is one configuration from the start, the later over the earlier', async () => {
    const { set, begin } = await composite({ APP_POOL__IDLE: '7' }, ['--set', 'pool.idle=8'])
    await set('pool.max', 20)
    await set('pool.idle', 9)
    const plane = await begin()
    expect(plane.config.pool).toEqual({ max: 20, idle: 8 })
    const from = (path: string) => plane.explain(path).contributions.map(({ origin }) => origin.source.split(':')[0])
    expect(from('pool.idle')).toEqual(['args', 'env', 'store', 'file'])
    expect(from('pool.max')).toEqual(['store', 'file'])
  })

  test('does not ignore a document that is newer than the file, nor the file for one that is older', async () => {
    const { set, begin, file } = await composite()
    await set('pool.max', 20)
    const plane = await begin()
    writeFileSync(file, 'pool: { max: 50, idle: 60 }\n')
    expect(await plane.reload()).toMatchObject({ status: 'full_success' })
    expect(plane.config.pool).toEqual({ max: 20, idle: 60 })
    const taken = nextOutcome(plane, 'full_success')
    await set('pool.idle', 3)
    await taken
    expect(plane.config.pool).toEqual({ max: 20, idle: 3 })
  })

  test('picks up the first document that is ever published, and shows what is below when it is taken away', async () => {
    const { set, publish, begin, source } = await composite()
    const plane = await begin()
    expect(source(plane)).toMatchObject({ state: 'absent', cursor: { revision: 0 } })
    expect(plane.config.pool.max).toBe(5)
    const first = nextOutcome(plane, 'full_success')
    await set('pool.max', 20)
    await first
    expect(plane.config.pool.max).toBe(20)
    expect(source(plane)).toMatchObject({ state: 'read', cursor: { revision: 1 } })
    const second = nextOutcome(plane, 'full_success')
    await publish({ scope: environment, path: 'pool', remove: true })
    await second
    expect(plane.config.pool).toEqual({ max: 5, idle: 6 })
    expect(source(plane)).toMatchObject({ state: 'read', cursor: { revision: 2 } })
  })
})

describe('a start while the store is away', () => {
  test('waits for it, then runs on what was good last, loudly, and is current by itself', async () => {
    const { clock, store, set, start, lines, events, sources } = await composite()
    const stateDir = join(tempFolder(), 'state')
    await set('pool.max', 20)
    const first = await start({ sources, stateDir })
    expect(first.config.pool.max).toBe(20)
    await first.close()

    store.faults.down = true
    store.faults.deaf = true
    lines.length = 0
    const from = clock.monotonic()
    const starting = start({ sources, stateDir })
    const second = await passing(clock, starting)
    expect(clock.monotonic() - from).toBeGreaterThanOrEqual(15_000)
    expect(second.state).toMatchObject({ bootedFrom: 'last_known_good' })
    expect(second.config.pool.max).toBe(20)
    expect(lines.join('\n')).toMatch(/can't be read: .*The network is down[^]*last known good/)
    expect(second.sources.find(({ name }) => name.startsWith('store'))).toMatchObject({
      state: 'unreadable',
      lastError: 'The network is down.',
    })

    await set('pool.max', 30)
    store.faults.down = false
    const current = new Promise((resolve) => second.watch('pool.max', resolve))
    await clock.advance(5_000)
    await current
    expect(second.config.pool.max).toBe(30)
    expect(events.map(({ type }) => type)).toContain('dev.trimtab.feed.restored')
  })

  test('gives tenants what was kept of theirs, until the store is back', async () => {
    const { clock, store, set, start, lines, options } = await keptTenants()

    store.faults.down = true
    const starting = start(options)
    const second = await passing(clock, starting)
    expect(second.tenants.get('acme').config.limits.rate).toBe(3)
    expect(second.tenants.status('other').state).toBe('suspended')
    expect(lines.join('\n')).toMatch(
      /tenants:checkout\/production can't be read: tenants have what was kept of it at 2026/,
    )

    await set('limits.rate', 4, `${environment}/acme`)
    const current = new Promise((resolve) => second.tenants.watch('limits.rate', resolve))
    store.faults.down = false
    await passing(clock, current)
    expect(second.tenants.get('acme').config.limits.rate).toBe(4)
  })

  test.each([
    ['the usual times', {}],
    ['a reading that may take longer than a start', { readTimeout: 60_000 }],
  ])('does not wait longer for one that never answers than it was told to: %s', async (_what, reload) => {
    const { clock, store, set, start, source, options } = await keptTenants(reload)

    store.faults.silent = true
    // Opening the folder, which is a real one, takes its own time before.
    const [readAt, saidAt] = [[] as number[], [] as number[]]
    const beside = objectSource({})
    const noting: Source = {
      ...beside,
      open(host) {
        const reader = beside.open(host)
        const read: typeof reader.read = (signal) => {
          readAt.push(clock.monotonic())
          return reader.read(signal)
        }
        return { ...reader, read }
      },
    }
    const error = (line: string) => {
      if (line.includes('What is configured can')) saidAt.push(clock.monotonic())
    }
    const logger = { debug() {}, info() {}, warn() {}, error }
    const starting = start({ ...options, sources: [noting, ...options.sources], logger })
    const second = await passing(clock, starting)
    const [begun = 0, given = 0] = [readAt[0], saidAt[0]]
    expect(given - begun).toBeGreaterThanOrEqual(15_000)
    expect(given - begun).toBeLessThan(15_300)
    expect(second.state).toMatchObject({ bootedFrom: 'last_known_good' })
    expect([second.config.pool.max, second.tenants.get('acme').config.limits.rate]).toEqual([20, 3])
    expect(second.tenants.status('other').state).toBe('suspended')
    expect(source(second)).toMatchObject({ state: 'unreadable' })
    await set('pool.max', 30)
    await set('limits.rate', 4, `${environment}/acme`)
    store.faults.silent = false
    while (second.config.pool.max !== 30 || second.tenants.get('acme').config.limits.rate !== 4) {
      await diskIsQuiet()
      await clock.advance(100)
    }
  })

  test('fails where nothing is known', async () => {
    const { clock, store, start } = storeWorld()
    store.faults.down = true
    const failing = start().then(
      () => 'started',
      (error: unknown) => String(error),
    )
    await clock.advance(20_000)
    expect(await failing).toMatch(/store:checkout\/production.*The network is down/s)
    expect(clock.pending).toBe(0)
  })
})
