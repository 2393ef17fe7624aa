import { createPlane, defineConfig, dynamic } from 'trimtab'
import {
  createManualClock,
  createRecording,
  createTestPlane,
  type RecordedResource,
  scriptedSource,
} from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'

const field = dynamic(z.object({ value: z.number().default(1) }))
const config = defineConfig(
  z.object({
    pool: field,
    http: field,
    last: field,
    left: dynamic(z.number().default(0)),
    right: dynamic(z.number().default(0)),
    upstreams: dynamic(z.record(z.string(), z.object({ url: z.string(), weight: z.number().default(1) }))).default({}),
  }),
)

test('who holds a snapshot sees no change in it, and nobody sees half of one, however reads and reloads interleave', async () => {
  const plane = await createTestPlane(config, {})
  const held = plane.config
  const before = JSON.stringify(held)
  let reads = 0
  let torn = 0
  let over = false
  const read = () => {
    const { left, right } = plane.config
    const { config: whole, generation } = plane.snapshot
    if (left !== right || whole.left !== whole.right || generation - 1 !== whole.left) torn += 1
    reads += 1
  }
  const watch = plane.watch('left', ({ next }) => {
    if (plane.config.right !== next) torn += 1
  })
  const reader = (async () => {
    while (!over) {
      for (let count = 0; count < 20; count += 1) {
        read()
        await Promise.resolve()
      }
      await new Promise(setImmediate)
    }
  })()
  for (let value = 1; reads < 100_000; value += 1) {
    const setting = plane.set({ left: value, right: value })
    for (let count = 0; count < 200; count += 1) {
      read()
      await Promise.resolve()
    }
    expect((await setting).status).toBe('full_success')
  }
  over = true
  await reader
  watch()

  expect(torn).toBe(0)
  expect(JSON.stringify(held)).toBe(before)
  expect(() => Object.assign(held.pool, { value: 5 })).toThrow(TypeError)
  await plane.close()
}, 60_000)

test('while a candidate starts and fails to, the old one goes on serving everybody', async () => {
  const clock = createManualClock()
  const recording = createRecording()
  const pool = recording.module({ name: 'pool', config: config.section('pool') })
  const source = scriptedSource({})
  const plane = await createPlane({ config, sources: [source], modules: [pool], clock, logger: false })
  recording.script('pool', 'start', { kind: 'hang' })
  source.set({ pool: { value: 2 } })
  const reload = plane.reload()
  for (let second = 0; second < 59; second += 1) {
    await clock.advance(1_000)
    expect(await plane.use(pool, ({ number, state }) => [number, state])).toEqual([1, 'running'])
  }
  const outcome = await settle(clock, reload)
  expect(outcome).toMatchObject({ status: 'rolled_back', cause: { module: 'pool', step: 'start', timedOut: true } })
  expect(await plane.use(pool, ({ number, state }) => [number, state])).toEqual([1, 'running'])
  await settle(clock, plane.close())
})

test('users of a replaced resource finish on it, new ones get the next, and it ends with its last user', async () => {
  const clock = createManualClock()
  const recording = createRecording()
  const pool = recording.module({ name: 'pool', config: config.section('pool') })
  const http = recording.module({ name: 'http', config: config.section('http'), dependsOn: [pool], reloads: true })
  const source = scriptedSource({})
  const plane = await createPlane({ config, sources: [source], modules: [pool, http], clock, logger: false })
  const users: { readonly resource: RecordedResource; readonly finish: () => void }[] = []
  const begin = () => {
    let finish = () => {}
    const promise = new Promise<void>((resolve) => {
      finish = resolve
    })
    void plane.use(pool, (resource) => {
      users.push({ resource, finish })
      return promise
    })
  }
  begin()
  begin()
  source.set({ pool: { value: 2 }, http: { value: 1 } })
  expect((await plane.reload()).status).toBe('full_success')
  begin()
  await clock.advance(59_000)

  expect(users.map(({ resource }) => [resource.number, resource.state])).toEqual([
    ...[
      [1, 'running'],
      [1, 'running'],
      [2, 'running'],
    ],
  ])
  users[0]?.finish()
  await clock.advance(0)
  expect(recording.resources[0]?.state).toBe('running')
  users[1]?.finish()
  await clock.advance(0)
  expect(recording.resources.map(({ module, state }) => `${module} ${state}`)).toEqual([
    ...['pool stopped', 'http running', 'pool running'],
  ])
  // The unrelated one was not touched.
  expect(recording.calls.filter(({ module }) => module === 'http').map(({ hook }) => hook)).toEqual(['check', 'start'])

  const cutOff: unknown[] = []
  plane.events.on((event) => event.type === 'dev.trimtab.module.retired' && cutOff.push(event.data.cutOff))
  source.set({ pool: { value: 3 } })
  await plane.reload()
  await clock.advance(60_000)
  expect(cutOff).toEqual([['plane.use']])
  expect(recording.resources.find(({ number }) => number === 2)?.state).toBe('stopped')
  users[2]?.finish()
  await settle(clock, plane.close())
  expect(clock.pending).toBe(0)
})

test('a dry run changes nothing and says what the real one then does', async () => {
  const recording = createRecording()
  const pool = recording.module({ name: 'pool', config: config.section('pool') })
  const http = recording.module({ name: 'http', config: config.section('http'), dependsOn: [pool], holds: true })
  const plane = await createTestPlane(config, { modules: [pool, http] })
  expect(plane.lastOutcome).toMatchObject({ triggers: ['boot'], status: 'full_success' })
  const { snapshot, outcomes } = plane
  const told: string[] = []
  const stop = plane.events.on(({ type }) => told.push(type))

  for (const tree of [
    { pool: { value: 2 } },
    { pool: { value: 'x' } },
    { unknown: 1 },
    { last: { value: 3 }, upstreams: { a: { url: 'x' } } },
    {},
  ]) {
    recording.clear()
    const dry = await plane.reload({ dryRun: true, candidate: { tree } })
    expect(recording.calls.every(({ hook }) => hook === 'check')).toBe(true)
    expect([plane.snapshot, plane.outcomes, told]).toEqual([snapshot, outcomes, []])

    const other = createRecording()
    const otherPool = other.module({ name: 'pool', config: config.section('pool') })
    const otherHttp = other.module({
      name: 'http',
      config: config.section('http'),
      dependsOn: [otherPool],
      holds: true,
    })
    const real = await createTestPlane(config, { modules: [otherPool, otherHttp] })
    const outcome = await real.set(tree)
    expect(dry.dryRun).toBe(true)
    expect(dry.status).toBe(outcome.status)
    expect(dry.problems.map(({ code, path, message }) => [code, path, message])).toEqual(
      outcome.problems.map(({ code, path, message }) => [code, path, message]),
    )
    expect(JSON.stringify(dry.plan)).toBe(JSON.stringify(outcome.plan))
    await real.close()
  }
  stop()
  await plane.close()
})

test('a key that is added starts one resource, changed reloads it, and removed drains it; the others are untouched', async () => {
  const recording = createRecording()
  const upstreams = recording.module({
    name: 'upstreams',
    config: config.section('upstreams'),
    each: true,
    reloads: true,
  })
  const blue = { url: 'http://blue' }
  const plane = await createTestPlane(config, { tree: { upstreams: { blue } }, modules: [upstreams] })
  const step = async (tree: Record<string, { url: string; weight?: number }>) => {
    recording.clear()
    const outcome = await plane.set({ upstreams: tree })
    await new Promise(setImmediate)
    const calls = recording.calls.map(({ hook, key }) => `${hook} ${key}`)
    return [outcome.modules.map(({ module, status }) => `${module} ${status}`), calls]
  }

  const green = { url: 'http://green' }
  expect(await step({ blue, green })).toEqual([
    ['upstreams["blue"] skipped', 'upstreams["green"] applied'],
    ['check green', 'start green'],
  ])
  expect(await step({ blue, green: { ...green, weight: 2 } })).toEqual([
    ['upstreams["blue"] skipped', 'upstreams["green"] applied'],
    ['check green', 'reload green'],
  ])
  expect(await step({ blue })).toEqual([['upstreams["blue"] skipped', 'upstreams["green"] applied'], ['stop green']])
  expect(await step({ blue, '__odd key__': green })).toEqual([
    ['upstreams["__odd key__"] applied', 'upstreams["blue"] skipped'],
    ['check __odd key__', 'start __odd key__'],
  ])
  expect(recording.resources.filter(({ key }) => key === 'blue')).toMatchObject([{ number: 1, state: 'running' }])
  await plane.close()
  expect(recording.resources.every(({ state }) => state === 'stopped')).toBe(true)
})
