import { createPlane, defineConfig, defineModule, dynamic, healthy, perTenant, unhealthy } from 'trimtab'
import {
  createManualClock,
  createTestPlane,
  scriptedOverlays,
  scriptedSource,
  type TestPlaneOptions,
} from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openOtel } from '../support/otel.ts'
import { settle } from '../support/settle.ts'

const schema = z.object({
  pool: dynamic(z.object({ max: z.number().default(1) })),
  limits: perTenant(z.object({ rate: z.number().default(1) })),
  port: z.number().default(80),
})
const config = defineConfig(schema)

/** A module of which the test says how each change of `max` goes. */
const poolOf = (goes: (max: number) => 'good' | 'bad' | 'slow') =>
  defineModule({
    name: 'pool',
    config: config.section('pool'),
    start: () => ({}),
    async reload({ next: { max } }) {
      if (goes(max) === 'slow') await new Promise(() => {})
      if (goes(max) === 'bad') throw new Error('no')
    },
  })

async function start(options: Omit<TestPlaneOptions<typeof schema>, 'telemetry' | 'clock'> = {}) {
  const otel = openOtel()
  const clock = createManualClock()
  const { meterProvider, tracerProvider } = otel
  const telemetry = { meterProvider, tracerProvider }
  const plane = await createTestPlane(config, { instance: 'shop-1', random: () => 0.5, ...options, telemetry, clock })
  return { otel, clock, plane, close: () => settle(clock, plane.close()) }
}

test('the last reload, its time, the generation and what waits for a restart are what they are', async () => {
  const { otel, clock, plane, close } = await start()
  const { valueOf } = otel
  const last = (status: string) => valueOf('trimtab.reload.last', { 'trimtab.reload.status': status })
  const bootedAt = clock.now() / 1_000
  expect(await last('full_success')).toBe(1)
  expect(await valueOf('trimtab.reload.last_success.time')).toBe(bootedAt)
  expect(await valueOf('trimtab.generation')).toBe(1)

  await clock.advance(5_000)
  await plane.set({ pool: { max: 'many' } })
  expect(await last('validation_failed')).toBe(1)
  expect(await last('full_success')).toBe(0)
  expect(await valueOf('trimtab.reload.last_success.time')).toBe(bootedAt)
  await plane.set({ pool: { max: 2 }, port: 81 })
  expect(await last('full_success')).toBe(1)
  expect(await valueOf('trimtab.reload.last_success.time')).toBe(bootedAt + 5)
  expect(await valueOf('trimtab.generation')).toBe(2)
  expect(await valueOf('trimtab.restart.pending')).toBe(1)
  const reloads = async () => {
    const series = (await otel.collect()).filter(({ name }) => name === 'trimtab.reloads')
    return series.map(({ attributes, value }) => {
      return `${String(attributes['trimtab.reload.trigger'])} ${String(attributes['trimtab.reload.status'])} ${value}`
    })
  }
  const counted = ['boot full_success 1', 'remote validation_failed 1', 'remote full_success 1']
  expect(await reloads()).toEqual(counted)
  await plane.reload({ dryRun: true })
  expect(await reloads()).toEqual(counted)
  await close()
})

test('durations are seconds, from the clock of the plane', async () => {
  const { otel, clock, plane, close } = await start({ modules: [poolOf((max) => (max === 2 ? 'slow' : 'good'))] })
  const changed = plane.set({ pool: { max: 2 } })
  await clock.advance(30_000)
  expect((await changed).status).toBe('rolled_back')
  const sum = await otel.valueOf('trimtab.reload.duration', { 'trimtab.reload.status': 'rolled_back' })
  expect(sum).toBe(30)
  await close()
})

test('the breaker is told while it is open', async () => {
  const { otel, clock, plane, close } = await start({ modules: [poolOf((max) => (max === 2 ? 'bad' : 'good'))] })
  const breaker = (state: string) => otel.valueOf('trimtab.breaker.state', { 'trimtab.breaker.state': state })
  expect(await breaker('closed')).toBe(1)
  await settle(clock, plane.set({ pool: { max: 2 } }))
  expect([await breaker('closed'), await breaker('failing'), await breaker('open')]).toEqual([0, 1, 0])
  await clock.advance(60_000)
  expect([await breaker('closed'), await breaker('failing'), await breaker('open')]).toEqual([0, 0, 1])
  expect(await otel.valueOf('trimtab.breaker.failures')).toBeGreaterThanOrEqual(3)
  await settle(clock, plane.set({}))
  expect([await breaker('closed'), await breaker('failing'), await breaker('open')]).toEqual([1, 0, 0])
  expect(await otel.valueOf('trimtab.breaker.failures')).toBe(0)
  await close()
})

test('modules are told that are stuck, until somebody has looked after them', async () => {
  const { otel, clock, plane, close } = await start({ modules: [poolOf(() => 'bad')] })
  expect((await settle(clock, plane.set({ pool: { max: 2 } }))).status).toBe('stuck')
  expect(await otel.valueOf('trimtab.module.stuck')).toBe(1)
  plane.clearStuck()
  expect(await otel.valueOf('trimtab.module.stuck')).toBe(0)
  await close()
})

test('the age of a source is seconds since it was read, and it is stale while it can not be', async () => {
  const otel = openOtel()
  const clock = createManualClock()
  const source = scriptedSource({ name: 'main' })
  const { meterProvider } = otel
  const plane = await createPlane({ config, sources: [source], clock, logger: false, telemetry: { meterProvider } })
  const stale = () => otel.valueOf('trimtab.source.stale', { 'trimtab.source': source.name })
  expect(await stale()).toBe(0)
  await clock.advance(30_000)
  expect(await otel.valueOf('trimtab.source.age', { 'trimtab.source': source.name })).toBe(30)
  source.fail({ code: 'unreadable', severity: 'error', message: 'the disk is gone' })
  await settle(clock, plane.reload())
  expect(await stale()).toBe(1)
  source.set({})
  await settle(clock, plane.reload())
  expect(await stale()).toBe(0)
  await settle(clock, plane.close())
})

test('health is told as a severity, of each question and of each check', async () => {
  let isSick = false
  const { otel, clock, plane, close } = await start()
  const remove = plane.health.add({
    name: 'disk',
    interval: 1_000,
    fall: 2,
    run: () => (isSick ? unhealthy('it is full') : healthy()),
  })
  const readiness = () => otel.valueOf('trimtab.health.status', { 'trimtab.health.question': 'readiness' })
  const disk = () => otel.valueOf('trimtab.check.status', { 'trimtab.check': 'disk' })
  await clock.advance(5_000)
  expect([await readiness(), await disk()]).toEqual([0, 0])
  isSick = true
  await clock.advance(5_000)
  expect([await readiness(), await disk()]).toEqual([2, 2])
  const moved = { 'trimtab.check': 'disk', 'trimtab.health.status': 'unhealthy' }
  expect(await otel.valueOf('trimtab.check.transitions', moved)).toBe(1)
  // What is gone is not sick for ever.
  remove()
  expect([await readiness(), await disk()]).toEqual([0, 0])
  await close()
})

test('1,500 tenants have 1,001 labels between all instruments, and none of them ever moves', {
  timeout: 30_000,
}, async () => {
  const ids = Array.from({ length: 1_500 }, (_, index) => `tenant-${index}`)
  // None of them can have what is configured for it.
  const overlays = scriptedOverlays({ trees: Object.fromEntries(ids.map((id) => [id, { limits: { rate: 'x' } }])) })
  const { otel, plane, close } = await start({ tenants: { overlays }, guard: { mode: 'lenient' } })
  const last = new Map<string, number>()
  const tenants = new Set<unknown>()
  // In another order each time, so that first come is not always first in the list.
  for (const round of [0, 1, 2]) {
    const inOrder = [...ids.slice(round * 500), ...ids.slice(0, round * 500)]
    for (const id of inOrder) plane.guard.assert({ tenant: id, resource: 'orders', operation: 'read' })
    for (const { name, attributes, value } of await otel.collect()) {
      if (!Object.hasOwn(attributes, 'trimtab.tenant')) continue
      tenants.add(attributes['trimtab.tenant'])
      const key = `${name} ${JSON.stringify(attributes)}`
      // A series that lost something to another one would go back.
      expect(value, key).toBeGreaterThanOrEqual(last.get(key) ?? 0)
      last.set(key, value)
    }
    expect(tenants.size).toBe(1_001)
    expect(tenants.has('_other')).toBe(true)
  }
  const sumOf = async (name: string) =>
    (await otel.collect()).filter((series) => series.name === name).reduce((sum, { value }) => sum + value, 0)
  expect(await sumOf('trimtab.guard.violations')).toBe(4_500)
  expect(await sumOf('trimtab.tenant.held')).toBe(1_500)
  expect(await otel.valueOf('trimtab.tenant.count', { 'trimtab.tenant.state': 'active' })).toBe(1_500)
  await close()
})

test('of 1,500 active tenants the first 1,000 keep their labels, whoever goes and comes, and no value is lost', {
  timeout: 30_000,
}, async () => {
  const ids = Array.from({ length: 1_500 }, (_, index) => `tenant-${index}`)
  const overlays = scriptedOverlays({ trees: Object.fromEntries(ids.map((id) => [id, { limits: { rate: 2 } }])) })
  const { otel, clock, close } = await start({ tenants: { overlays } })
  const entries = async () => {
    const series = (await otel.collect()).filter(({ name }) => name === 'trimtab.overlay.entries')
    return new Map(series.map(({ attributes, value }) => [attributes['trimtab.tenant'], value]))
  }
  const before = await entries()
  expect([before.size, before.get('tenant-0'), before.get('_other')]).toEqual([1_001, 1, 500])
  overlays.set('tenant-0', undefined)
  overlays.set('newcomer', { limits: { rate: 2 } })
  await clock.advance(0)
  const after = await entries()
  // The place of who has gone is not given to another.
  expect([after.size, after.get('tenant-0'), after.get('_other')]).toEqual([1_001, 0, 501])
  expect([...after.keys()]).toEqual([...before.keys()])
  await close()
})

test('work that nobody knows the tenant of is counted without a tenant', async () => {
  const { otel, plane, close } = await start({ guard: { mode: 'lenient' } })
  plane.guard.assert({ tenant: '?', resource: 'orders', operation: 'read' })
  const [series] = (await otel.collect()).filter(({ name }) => name === 'trimtab.guard.violations')
  expect(series?.attributes).not.toHaveProperty(['trimtab.tenant'])
  await close()
})

test('two planes of one process are told apart by their instances', async () => {
  const otel = openOtel()
  const { meterProvider } = otel
  const planes = await Promise.all(
    ['one', 'two'].map((instance) => createTestPlane(config, { instance, telemetry: { meterProvider } })),
  )
  await planes[1]?.set({ pool: { max: 2 } })
  expect(await otel.valueOf('trimtab.generation', { 'trimtab.instance': 'one' })).toBe(1)
  expect(await otel.valueOf('trimtab.generation', { 'trimtab.instance': 'two' })).toBe(2)
  await Promise.all(planes.map((plane) => plane.close()))
})
