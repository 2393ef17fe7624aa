import { defineConfig, defineModule, dynamic, type HealthCheck, healthy, unhealthy } from 'trimtab'
import { createManualClock, createTestPlane, type TestPlaneOptions } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const schema = z.object({
  port: z.number().default(1),
  pool: dynamic(z.object({ max: z.number().default(1) })),
  extra: dynamic(z.object({ enabled: z.boolean().default(false), max: z.number().default(1) })),
  sites: dynamic(z.record(z.string(), z.object({ at: z.number() })).default({})),
})
const config = defineConfig(schema)

/** A plane whose pool is sound while `max` is under 100, beside a module that may be off and one for each site. */
async function open(options: Omit<TestPlaneOptions<typeof schema>, 'clock'> = {}) {
  const clock = createManualClock()
  const steps: string[] = []
  let broken: string | undefined
  const take = (what: string) => {
    if (what === broken) throw new Error(`${what} failed`)
    steps.push(what)
  }
  const pool = defineModule({
    name: 'pool',
    config: config.section('pool'),
    start: ({ config: { max } }) => ({ max }),
    reload({ next, resource }) {
      take(`pool to ${next.max}`)
      resource.max = next.max
    },
    health: ({ resource }) => (resource.max < 100 ? healthy() : unhealthy(`${resource.max} are too many`)),
  })
  const extra = defineModule({
    name: 'extra',
    config: config.section('extra'),
    enabled: ({ enabled }) => enabled,
    dependsOn: [pool],
    start({ config: { max } }) {
      take(`extra starts with ${max}`)
      return { max }
    },
    stop: ({ resource }) => void steps.push(`extra stops with ${resource.max}`),
  })
  const sites = defineModule({
    name: 'sites',
    config: config.section('sites'),
    each: true,
    start({ key, config: { at } }) {
      take(`${key} starts at ${at}`)
      return { key, at }
    },
    stop: ({ resource }) => void steps.push(`${resource.key} stops at ${resource.at}`),
  })
  const plane = await createTestPlane(config, {
    clock,
    random: () => 0.5,
    modules: [pool, extra, sites],
    ...options,
  })
  onTestFinished(async () => {
    const closed = plane.close()
    await clock.advance(60_000)
    await closed
    expect(clock.pending).toBe(0)
  })
  return { plane, clock, said: () => steps.splice(0), fail: (what: string | undefined) => void (broken = what) }
}

/** How long a plane has run when something is changed, and what it goes back to then. */
const grounds = [
  { name: 'to the boot', time: 6_000, isBaking: true },
  { name: 'to what is stable', time: 40_000, isBaking: false },
]

test.each(grounds)(
  'the way back $name takes back what waits for a restart, and says so',
  async ({ time, isBaking }) => {
    const { plane, clock } = await open()
    const told: unknown[] = []
    plane.events.on(({ type, data }) => void (type.startsWith('dev.trimtab.restart.') && told.push([type, data])))
    await clock.advance(time)
    const changed = plane.set({ port: 2, pool: { max: 500 } })
    await clock.advance(5_000)
    expect(await changed).toMatchObject({ status: 'rolled_back', pendingRestart: [] })
    expect(plane.state).toMatchObject({ baking: isBaking, pendingRestart: [] })
    expect(told).toEqual([
      ['dev.trimtab.restart.pending', { pendingRestart: [{ path: 'port', running: '1', configured: '2' }] }],
      ['dev.trimtab.restart.cleared', {}],
    ])
  },
)

test.each(grounds)('the way back $name stops what came and keeps what went, through all of them', async (ground) => {
  const { plane, clock, said } = await open({
    tree: { sites: { a: { at: 1 }, b: { at: 2 } }, extra: { enabled: true } },
  })
  await clock.advance(ground.time)
  said()
  const first = plane.set({ sites: { a: { at: 3 }, c: { at: 4 } }, extra: { enabled: false } })
  await clock.advance(1_000)
  const second = plane.set({ sites: { c: { at: 5 } }, extra: { enabled: true, max: 7 }, pool: { max: 500 } })
  await clock.advance(5_000)
  expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual(['rolled_back', 'rolled_back'])
  expect(plane.config).toMatchObject({
    pool: { max: 1 },
    extra: { enabled: true, max: 1 },
    sites: { a: { at: 1 }, b: { at: 2 } },
  })
  await clock.advance(61_000)
  // Nothing that ran before has stopped, and nothing that came is left.
  const ended = said().filter((step) => step.includes('stops'))
  expect(ended.toSorted()).toEqual(['a stops at 3', 'c stops at 4', 'c stops at 5', 'extra stops with 7'])
  expect(plane.state).toMatchObject({ baking: false, stuck: [] })
})

test('a way back to the boot that fails is stuck, and what runs then is not taken for good', async () => {
  const { plane, clock, fail } = await open()
  await clock.advance(6_000)
  const changed = plane.set({ pool: { max: 500 } })
  await clock.advance(1_000)
  fail('pool to 1')
  await clock.advance(5_000)
  expect(await changed).toMatchObject({ status: 'stuck', stuck: [{ module: 'pool' }] })
  await clock.advance(31_000)
  expect(plane.outcomes.find(({ triggers }) => triggers.includes('boot'))).toMatchObject({
    problems: [{ code: 'kept_unhealthy' }],
  })
  fail(undefined)
  const fix = plane.set({ pool: { max: 3 } })
  await clock.advance(31_000)
  expect(await fix).toMatchObject({ status: 'full_success', modules: [{ module: 'pool', action: 'replaced' }, {}] })
  expect(plane.state).toMatchObject({ stuck: [] })
})

test('what is partial on the boot is judged when it is whole, and goes back to the boot', async () => {
  const { plane, clock, fail } = await open({ reload: { apply: 'bestEffort' } })
  await clock.advance(6_000)
  fail('extra starts with 1')
  const changed = plane.set({ pool: { max: 500 }, extra: { enabled: true } })
  await clock.advance(1_000)
  expect(await changed).toMatchObject({ status: 'partial_applied', outstanding: ['extra'] })
  fail(undefined)
  await clock.advance(10_000)
  expect(plane.config).toMatchObject({ pool: { max: 1 }, extra: { enabled: false } })
  expect(plane.state).toMatchObject({ baking: true })
  await clock.advance(31_000)
  expect(plane.state).toMatchObject({ baking: false })
  expect(plane.outcomes.at(0)).toMatchObject({ triggers: ['boot'], status: 'full_success', problems: [] })
})

test('a check that hangs since the boot, and so says nothing of the change, makes the boot no better', async () => {
  const hanging: HealthCheck = { name: 'db', run: () => new Promise(() => {}) }
  const { plane, clock } = await open({ checks: [hanging] })
  await clock.advance(6_000)
  const changed = plane.set({ pool: { max: 3 } })
  await clock.advance(31_000)
  expect(await changed).toMatchObject({
    status: 'full_success',
    problems: [{ code: 'kept_unhealthy', message: expect.stringContaining('db gave no verdict within 30000 ms') }],
  })
  expect(plane.config.pool.max).toBe(3)
  expect(plane.state).toMatchObject({ baking: false, generation: 2 })
})
