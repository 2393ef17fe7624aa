import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineModule } from '../../modules/define-module.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane, type TestPlaneOptions } from '../../testing/test-plane.ts'

const config = defineConfig(
  z
    .object({
      pool: dynamic(z.object({ max: z.number().default(10), cap: z.number().default(50) })),
      limits: perTenant(z.object({ rate: z.number().default(10) })),
    })
    .refine(({ limits, pool }) => limits.rate <= pool.cap, { message: 'over the cap', path: ['limits', 'rate'] }),
)

/** A plane that is sound while `pool.max` is under 100, after so many milliseconds; and what its watchers hear. */
async function open(time: number, options: TestPlaneOptions<(typeof config)['schema']> = {}) {
  const clock = createManualClock()
  const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 5 } }, globex: { limits: { rate: 6 } } } })
  let max = () => 10
  const checks = [{ name: 'db', run: () => max() < 100 }]
  const plane = await createTestPlane(config, { clock, random: () => 0.5, checks, tenants: { overlays }, ...options })
  max = () => plane.config.pool.max
  await clock.advance(time)
  const told: unknown[] = []
  plane.tenants.watch('limits.rate', ({ tenant, previous, next }) => told.push([tenant, previous, next]))
  const read = (tenant: string) => {
    const { pool, limits } = plane.tenants.get(tenant).config
    return { max: pool.max, cap: pool.cap, rate: limits.rate }
  }
  const close = async () => {
    const closed = plane.close()
    await clock.advance(60_000)
    await closed
    expect(clock.pending).toBe(0)
  }
  return { plane, clock, overlays, told, read, close }
}

const grounds = [
  { name: 'the boot', time: 6_000 },
  { name: 'what is stable', time: 40_000 },
]
const before = { acme: { max: 10, cap: 50, rate: 5 }, globex: { max: 10, cap: 50, rate: 6 } }

test.each(grounds)(
  'what a tenant got above a snapshot that is undone goes with it: back to $name',
  async ({ time }) => {
    const { plane, clock, overlays, told, read, close } = await open(time)
    const pools: unknown[] = []
    plane.tenants.watch('pool.max', ({ tenant, previous, next }) => pools.push([tenant, previous, next]))
    const changed = plane.set({ pool: { max: 500, cap: 100 } })
    await clock.advance(500)
    overlays.set('acme', { limits: { rate: 70 } })
    await clock.advance(100)
    overlays.set('acme', { limits: { rate: 80 } })
    overlays.set('globex', { limits: { rate: 7 } })
    await clock.advance(100)
    expect([read('acme'), read('globex')]).toEqual([
      { max: 500, cap: 100, rate: 80 },
      { max: 500, cap: 100, rate: 7 },
    ])
    told.splice(0)
    pools.splice(0)
    await clock.advance(5_000)
    expect((await changed).status).toBe('rolled_back')
    // Nobody reads what health said no to, and who can have what is configured for it has it.
    expect([read('acme'), read('globex')]).toEqual([before.acme, { ...before.globex, rate: 7 }])
    expect(told).toEqual([['acme', 80, 5]])
    expect(pools).toHaveLength(2)
    expect(new Set(pools)).toEqual(
      new Set([
        ['acme', 500, 10],
        ['globex', 500, 10],
      ]),
    )
    expect(plane.tenants.status('acme').held).toMatchObject({ hasGood: true, problems: [{ message: 'over the cap' }] })
    expect(plane.tenants.status('globex').held).toBeUndefined()

    const raised = plane.set({ pool: { cap: 90 } })
    await clock.advance(10_000)
    expect((await raised).status).toBe('full_success')
    expect(read('acme')).toEqual({ max: 10, cap: 90, rate: 80 })
    expect(plane.tenants.status('acme').held).toBeUndefined()
    await close()
  },
)

test.each(grounds)('who had what all share has it again, as it was: back to $name', async ({ time }) => {
  const told: unknown[] = []
  const limits = defineModule({
    name: 'limits',
    config: config.section('limits'),
    start: () => ({}),
    reload() {},
    reloadTenant: ({ tenant, next }) => void told.push([tenant, next.rate]),
  })
  for (const options of [{}, { modules: [limits] }]) {
    const { plane, clock, overlays, read, close } = await open(time, options)
    const shared = plane.config
    expect(plane.tenants.get('hooli').config).toBe(shared)
    told.splice(0)
    const changed = plane.set({ pool: { max: 500, cap: 100 } })
    await clock.advance(500)
    overlays.set('hooli', { limits: { rate: 70 } })
    overlays.set('umbrella', { limits: { rate: 7 } })
    await clock.advance(100)
    overlays.set('hooli', { limits: { rate: 80 } })
    await clock.advance(100)
    expect(read('hooli')).toEqual({ max: 500, cap: 100, rate: 80 })
    await clock.advance(5_000)
    expect((await changed).status).toBe('rolled_back')
    expect(plane.tenants.get('hooli').config).toBe(plane.config)
    expect([read('hooli'), read('umbrella')]).toEqual([
      { max: 10, cap: 50, rate: 10 },
      { max: 10, cap: 50, rate: 7 },
    ])
    expect(plane.tenants.status('hooli')).toMatchObject({
      state: 'active',
      hasOverlay: false,
      held: { hasGood: true, problems: [{ message: 'over the cap' }] },
    })
    expect(plane.tenants.status('umbrella')).toMatchObject({ hasOverlay: true, held: undefined })
    if ('modules' in options)
      expect(told.filter((one) => String(one).startsWith('hooli')).at(-1)).toEqual(['hooli', 10])

    const raised = plane.set({ pool: { cap: 90 } })
    await clock.advance(10_000)
    expect((await raised).status).toBe('full_success')
    expect(read('hooli')).toEqual({ max: 10, cap: 90, rate: 80 })
    expect(plane.tenants.status('hooli').held).toBeUndefined()
    overlays.set('hooli', undefined)
    await clock.advance(100)
    expect(plane.tenants.list()).not.toContain('hooli')
    await close()
  }
})

test('so has who is active without anything of its own, where everybody has to be activated', async () => {
  const scripted = scriptedOverlays({ trees: { hooli: {} }, unlisted: 'not_active' })
  const overlays: typeof scripted = {
    ...scripted,
    open(host) {
      const reader = scripted.open(host)
      return {
        ...reader,
        async read(tenant, signal) {
          const reading = await reader.read(tenant, signal)
          if (reading.kind !== 'layer' || Object.keys(reading.layer.tree).length > 0) return reading
          return { kind: 'absent', problem: { code: 'absent', severity: 'error', message: 'has nothing of its own' } }
        },
      }
    },
  }
  const { plane, clock, read, close } = await open(40_000, { tenants: { overlays } })
  expect(plane.tenants.status('hooli')).toMatchObject({ state: 'active', hasOverlay: false })
  const changed = plane.set({ pool: { max: 500, cap: 100 } })
  await clock.advance(500)
  overlays.set('hooli', { limits: { rate: 80 } })
  overlays.set('umbrella', { limits: { rate: 80 } })
  await plane.tenants.reloadAll()
  expect(plane.tenants.status('hooli')).toMatchObject({ state: 'active', hasOverlay: true })
  await clock.advance(5_000)
  expect((await changed).status).toBe('rolled_back')
  expect(read('hooli')).toEqual({ max: 10, cap: 50, rate: 10 })
  expect(plane.tenants.status('hooli')).toMatchObject({ state: 'active', hasOverlay: false, held: { hasGood: true } })
  // It could read nothing before.
  expect(read('umbrella')).toEqual({ max: 500, cap: 100, rate: 80 })
  expect(plane.tenants.status('umbrella')).toMatchObject({ state: 'active', hasOverlay: true, held: { hasGood: true } })
  await close()
})

test('so does what modules were told for it', async () => {
  const told: unknown[] = []
  const limits = defineModule({
    name: 'limits',
    config: config.section('limits'),
    start: () => ({}),
    reload() {},
    reloadTenant: ({ tenant, next }) => void told.push([tenant, next.rate]),
  })
  const { plane, clock, overlays, read, close } = await open(40_000, { modules: [limits] })
  told.splice(0)
  const changed = plane.set({ pool: { max: 500, cap: 100 } })
  await clock.advance(500)
  overlays.set('acme', { limits: { rate: 80 } })
  await clock.advance(5_000)
  expect((await changed).status).toBe('rolled_back')
  expect(told).toEqual([
    ['acme', 80],
    ['acme', 5],
  ])
  expect([read('acme'), read('globex')]).toEqual([before.acme, before.globex])
  await close()
})

test('what is proved is gone back from no more', async () => {
  const { plane, clock, overlays, read, close } = await open(40_000)
  const good = plane.set({ pool: { max: 20, cap: 100 } })
  await clock.advance(500)
  overlays.set('acme', { limits: { rate: 80 } })
  await clock.advance(10_000)
  expect((await good).status).toBe('full_success')
  const lowered = plane.set({ pool: { max: 10, cap: 50 } })
  await clock.advance(10_000)
  expect((await lowered).status).toBe('full_success')
  // Its last good one is the one that people have let run, above what was good then.
  expect(read('acme')).toEqual({ max: 20, cap: 100, rate: 80 })
  await close()
})
