import {
  defineConfig,
  defineModule,
  dynamic,
  type Finding,
  type HealthCheck,
  healthy,
  type Outcome,
  unhealthy,
} from 'trimtab'
import { createManualClock, createTestPlane, type TestPlaneOptions } from 'trimtab/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const schema = z.object({
  pool: dynamic(z.object({ max: z.number().default(1), enabled: z.boolean().default(true) })),
  other: dynamic(z.number().default(0)),
})
const config = defineConfig(schema)

interface Pool {
  max: number
  isStopped: boolean
}

/** A plane whose pool is sound while `max` is under 100, and who sees what its readers see. */
async function open(
  options: Omit<TestPlaneOptions<typeof schema>, 'clock'> = {},
  hook: 'reload' | 'replace' = 'reload',
) {
  const clock = createManualClock()
  const stopped: number[] = []
  const pool = defineModule({
    name: 'pool',
    config: config.section('pool'),
    enabled: ({ enabled }) => enabled,
    start: ({ config: { max } }): Pool => ({ max, isStopped: false }),
    ...(hook === 'reload'
      ? {
          reload: ({ next, resource }: { next: { max: number }; resource: Pool }) => void (resource.max = next.max),
        }
      : {}),
    health: ({ resource }) => {
      if (resource.isStopped) throw new Error('a health check met a stopped resource')
      return resource.max < 100 ? healthy() : unhealthy(`${resource.max} are too many`)
    },
    stop({ resource }) {
      resource.isStopped = true
      stopped.push(resource.max)
    },
  })
  const plane = await createTestPlane(config, { clock, random: () => 0.5, modules: [pool], ...options })
  onTestFinished(async () => {
    const closed = plane.close()
    await clock.advance(60_000)
    await closed
    expect(clock.pending).toBe(0)
  })
  const seen: number[] = []
  const readers = () => seen.at(-1) === plane.config.pool.max || seen.push(plane.config.pool.max)
  /** What a change ends as, and at which time. */
  const change = async (tree: Parameters<typeof plane.set>[0]) => {
    let ended: Outcome | undefined
    const startedAt = clock.monotonic()
    void plane.set(tree).then((outcome) => (ended = outcome))
    for (let step = 0; ended === undefined && step < 1_000; step += 1) {
      await clock.advance(100)
      readers()
    }
    return { outcome: ended, after: clock.monotonic() - startedAt }
  }
  readers()
  return { plane, clock, change, seen, pool, stopped }
}

describe('a commit is judged by the required health checks', () => {
  test('a change that every module accepts and that breaks one is undone, and the outcome names the reports', async () => {
    const { plane, clock, change, seen } = await open()
    await clock.advance(30_000)
    expect(plane.state).toMatchObject({ baking: false, generation: 1 })
    const { outcome, after } = await change({ pool: { max: 500 } })
    expect(outcome).toMatchObject({
      status: 'rolled_back',
      cause: {
        kind: 'unhealthy',
        reasons: ['pool failed 5 times in a row: 500 are too many'],
        reports: [{ check: 'pool', module: 'pool', observed: 'unhealthy', generation: 2, message: '500 are too many' }],
      },
    })
    expect(after).toBeLessThanOrEqual(3_000)
    expect(seen).toEqual([1, 500, 1])
    expect(plane.state).toMatchObject({ generation: 3, baking: false })
    expect(plane.health.answer.readiness.status).toBe('healthy')
    expect((await change({ pool: { max: 500 } })).outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ code: 'content_set_aside' }],
    })
  })

  test('a good one is stable when every check has passed five times, not before the least time', async () => {
    const { clock, change, plane } = await open()
    await clock.advance(30_000)
    const { outcome, after } = await change({ pool: { max: 7 } })
    expect(outcome).toMatchObject({ status: 'full_success', bakeSkipped: false })
    expect(after).toBe(5_000)
    const skipped = plane.reload({ skipBake: true })
    expect((await skipped).status).toBe('unchanged')
  })

  test('the boot proves itself within its rounds, and is kept where it does not', async () => {
    const good = await open()
    expect(good.plane.state).toMatchObject({ baking: true })
    await good.clock.advance(25_000)
    expect(good.plane.lastOutcome).toMatchObject({ status: 'full_success' })
    const bad = await open({ tree: { pool: { max: 100 } } })
    await bad.clock.advance(31_000)
    expect(bad.plane.state).toMatchObject({ baking: false, generation: 1 })
    expect(bad.plane.health.answer.readiness.status).toBe('unhealthy')
    expect(bad.plane.lastOutcome).toMatchObject({
      status: 'full_success',
      problems: [{ code: 'kept_unhealthy', severity: 'warning' }],
    })
  })

  test('one that failed before causes no way back, and one that is new has to pass', async () => {
    let isDown = true
    const check: HealthCheck = { name: 'db', run: () => (isDown ? unhealthy('down') : healthy()) }
    const { clock, change, plane } = await open({ checks: [check] })
    await clock.advance(40_000)
    expect((await change({ pool: { max: 2 } })).outcome?.status).toBe('full_success')
    isDown = false
    await clock.advance(60_000)
    isDown = true
    expect((await change({ pool: { max: 3 } })).outcome).toMatchObject({
      cause: { reasons: [expect.stringContaining('db')] },
    })
    expect(plane.config.pool.max).toBe(2)
  })

  test('a way back that is undone with what it takes back leaves nothing to complain of', async () => {
    let isDown = false
    const check: HealthCheck = { name: 'db', run: () => (isDown ? unhealthy('down') : healthy()) }
    const { plane, clock } = await open({ checks: [check] })
    await clock.advance(30_000)
    const outcomes = [plane.set({ pool: { max: 2 } })]
    await clock.advance(1_000)
    outcomes.push(plane.set({}))
    await clock.advance(1_000)
    isDown = true
    await clock.advance(30_000)
    expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual(['rolled_back', 'rolled_back'])
    expect(plane.config.pool.max).toBe(1)
    // What is configured is what runs.
    expect(plane.lastOutcome?.status).toBe('unchanged')
    expect(plane.health.answer.reports.find((report) => report.check === 'trimtab/reload')?.status).toBe('healthy')
  })

  test('one that gives no verdict until the end of its time undoes it', async () => {
    let hangs = false
    const check: HealthCheck = {
      name: 'slow',
      interval: 60_000,
      run: () => (hangs ? new Promise(() => {}) : healthy()),
    }
    const { clock, change } = await open({ checks: [check], bake: { max: 10_000 } })
    await clock.advance(120_000)
    hangs = true
    const { outcome } = await change({ pool: { max: 2 } })
    expect(outcome).toMatchObject({
      status: 'rolled_back',
      cause: { reasons: [expect.stringMatching(/^slow failed 5 times/)] },
    })
  })

  test('without required checks it is stable at once', async () => {
    const clock = createManualClock()
    const optional: HealthCheck = { name: 'cache', optional: true, run: () => unhealthy('down') }
    const plane = await createTestPlane(config, { clock, checks: [optional] })
    expect(plane.state).toMatchObject({ baking: false })
    expect(await plane.set({ pool: { max: 2 } })).toMatchObject({ status: 'full_success', bakeSkipped: false })
    expect(clock.monotonic()).toBe(0)
    await plane.close()
  })
})

describe('a change can not loosen its own judge', () => {
  test('a module that it turns off still judges it, on the resource that could be gone back to', async () => {
    const { clock, change, plane, stopped, pool } = await open()
    await clock.advance(30_000)
    await plane.use(pool, (resource) => void (resource.max = 100))
    // It breaks in the very moment in which it is turned off: its last word counts.
    const { outcome } = await change({ pool: { enabled: false } })
    expect(outcome).toMatchObject({ status: 'rolled_back', cause: { reports: [{ check: 'pool' }] } })
    expect(stopped).toEqual([])
    expect(plane.config.pool.enabled).toBe(true)

    await plane.use(pool, (resource) => void (resource.max = 1))
    await clock.advance(40_000)
    const off = await change({ pool: { enabled: false, max: 1 }, other: 1 })
    expect(off.outcome?.status).toBe('full_success')
    await clock.advance(1_000)
    expect(stopped).toEqual([1])
    expect(plane.health.answer.reports.map(({ check }) => check)).not.toContain('pool')
  })

  test('a check that is taken away or made optional meanwhile goes on to be asked for its verdict', async () => {
    const { clock, change, plane } = await open()
    let broken = false
    const run = () => (broken ? unhealthy('down') : healthy())
    let remove = plane.health.add({ name: 'db', run })
    await clock.advance(30_000)
    plane.watch('pool.max', () => {
      broken = true
      remove()
      remove = plane.health.add({ name: 'db', run, optional: true })
    })
    expect((await change({ pool: { max: 2 } })).outcome).toMatchObject({
      status: 'rolled_back',
      cause: { reports: [{ check: 'db' }] },
    })

    remove()
    broken = false
    remove = plane.health.add({ name: 'db', run })
    await clock.advance(30_000)
    plane.watch('other', () => remove())
    const { outcome, after } = await change({ other: 1 })
    expect(outcome).toMatchObject({
      status: 'rolled_back',
      cause: { reasons: ['db left during the bake, before it gave a verdict'] },
    })
    expect(after).toBe(30_000)
  })
})

describe('a check that leaves during a bake', () => {
  const left = async (run: () => Finding) => {
    const { plane, clock } = await open()
    const remove = plane.health.add({ name: 'db', run })
    await clock.advance(30_000)
    const changed = plane.set({ pool: { max: 2 } })
    await clock.advance(2_000)
    return { changed, clock, remove, plane }
  }

  test('is not waited for any more where its word on the change was good', async () => {
    const { changed, clock, remove } = await left(healthy)
    remove()
    await clock.advance(3_000)
    expect(await changed).toMatchObject({ status: 'full_success' })
  })

  test('is judged in the form in which it is added again, also where that comes a moment later', async () => {
    let broken = false
    const { changed, clock, remove, plane } = await left(healthy)
    remove()
    await Promise.resolve()
    broken = true
    plane.health.add({ name: 'db', run: () => (broken ? unhealthy('down') : healthy()) })
    await clock.advance(10_000)
    expect(await changed).toMatchObject({ cause: { reasons: ['db failed 5 times in a row: down'] } })
  })

  test('has failed where its word was bad, and that is said of it', async () => {
    let fails = false
    const { changed, clock, remove } = await left(() => (fails ? unhealthy('down') : healthy()))
    fails = true
    await clock.advance(1_000)
    remove()
    await clock.advance(30_000)
    expect(await changed).toMatchObject({
      status: 'rolled_back',
      cause: {
        reasons: ['db left during the bake, and failed until then'],
        reports: [{ check: 'db', message: 'down' }],
      },
    })
  })

  test('leaves the boot to the checks that are there', async () => {
    const { plane, clock } = await open({ checks: [] })
    const remove = plane.health.add({ name: 'db', run: () => unhealthy('down') })
    await clock.advance(10_000)
    remove()
    await clock.advance(20_000)
    expect(plane.lastOutcome).toMatchObject({ status: 'full_success', problems: [] })
  })
})

describe('a change that is committed while the boot is judged', () => {
  const isBroken = { name: 'orders', run: () => healthy() }

  test('goes back to the boot where it made something worse, and the boot is judged on', async () => {
    const { plane, clock, stopped } = await open({ checks: [isBroken] }, 'replace')
    await clock.advance(6_000)
    const changed = plane.set({ pool: { max: 500 } })
    await clock.advance(5_000)
    expect(await changed).toMatchObject({
      status: 'rolled_back',
      generation: 3,
      cause: { reasons: ['pool failed 5 times in a row: 500 are too many'] },
    })
    expect(plane.state).toMatchObject({ generation: 3, baking: true })
    expect(plane.config.pool.max).toBe(1)
    await clock.advance(1_000)
    // What the boot started was kept for the way back, and runs on.
    expect(stopped).toEqual([500])
    expect((await plane.set({ pool: { max: 500 } })).problems).toMatchObject([{ code: 'content_set_aside' }])

    await clock.advance(30_000)
    expect(plane.state).toMatchObject({ baking: false, generation: 3 })
    const boot = plane.outcomes.find(({ triggers }) => triggers.includes('boot'))
    expect(boot).toMatchObject({ status: 'full_success', problems: [] })
    expect(boot).not.toHaveProperty('supersededBy')
  })

  test('goes back also where a later one was committed on top of it', async () => {
    const { plane, clock } = await open()
    await clock.advance(6_000)
    const first = plane.set({ other: 1 })
    await clock.advance(1_000)
    const second = plane.set({ other: 1, pool: { max: 500 } })
    await clock.advance(5_000)
    const outcomes = await Promise.all([first, second])
    expect(outcomes).toMatchObject([{ status: 'rolled_back', supersededBy: outcomes[1].id }, { status: 'rolled_back' }])
    expect(plane.config).toMatchObject({ other: 0, pool: { max: 1 } })
  })

  test('stays where the boot was no better, and says so; it is not the last known good', async () => {
    const { plane, clock } = await open({ tree: { pool: { max: 100 } } })
    await clock.advance(6_000)
    const changed = plane.set({ pool: { max: 200 } })
    await clock.advance(29_000)
    expect(plane.state).toMatchObject({ baking: true })
    await clock.advance(2_000)
    expect(await changed).toMatchObject({
      status: 'full_success',
      problems: [
        { code: 'kept_unhealthy', severity: 'warning', message: expect.stringContaining('pool passed 0 of 5') },
      ],
    })
    expect(plane.config.pool.max).toBe(200)
    expect(plane.state).toMatchObject({ baking: false, generation: 2 })
  })

  test('that repairs the boot is taken, and what proved itself is what is gone back to from then on', async () => {
    const { plane, clock, change } = await open({ tree: { pool: { max: 100 } } })
    await clock.advance(6_000)
    expect(await change({ pool: { max: 3 } })).toMatchObject({ outcome: { status: 'full_success', problems: [] } })
    // Until the damping of the check has seen that it is well.
    await clock.advance(20_000)
    expect((await change({ pool: { max: 500 } })).outcome?.status).toBe('rolled_back')
    expect(plane.config.pool.max).toBe(3)
  })

  test('can not take away what judges it', async () => {
    const { plane, clock } = await open()
    await clock.advance(6_000)
    const changed = plane.set({ pool: { max: 500, enabled: false } })
    await clock.advance(31_000)
    // The pool that the boot started is sound.
    expect((await changed).status).toBe('full_success')
    expect(plane.config.pool.enabled).toBe(false)
  })
})

describe('a later reload during a bake', () => {
  test('supersedes it at its own commit, and is judged on the ground of what was stable', async () => {
    const { clock, plane, seen } = await open()
    await clock.advance(30_000)
    const first = plane.set({ pool: { max: 500 } })
    await clock.advance(1_000)
    const second = plane.set({ pool: { max: 600 } })
    await clock.advance(10_000)
    const outcomes = await Promise.all([first, second])
    expect(outcomes).toMatchObject([
      { status: 'rolled_back', supersededBy: outcomes[1].id },
      { status: 'rolled_back', cause: { reports: [{ message: '600 are too many' }] } },
    ])
    expect([...seen, plane.config.pool.max]).toEqual([1, 1])
  })

  test('that is refused leaves the bake as it was', async () => {
    const { clock, plane } = await open()
    await clock.advance(30_000)
    const first = plane.set({ pool: { max: 2 } })
    await clock.advance(2_000)
    expect((await plane.set({ pool: { max: 'many' } })).status).toBe('validation_failed')
    await clock.advance(3_000)
    expect((await first).status).toBe('full_success')
  })

  test('a fix is taken', async () => {
    const { clock, plane } = await open()
    await clock.advance(30_000)
    const first = plane.set({ pool: { max: 500 } })
    await clock.advance(1_000)
    const fix = plane.set({ pool: { max: 3 } })
    await clock.advance(10_000)
    expect([(await first).status, (await fix).status]).toEqual(['full_success', 'full_success'])
    expect(plane.config.pool.max).toBe(3)
  })
})

test('a resource that is replaced is never seen stopped, and its own check follows it', async () => {
  const { clock, change, plane, stopped } = await open({}, 'replace')
  await clock.advance(30_000)
  for (const max of [2, 3, 4]) expect((await change({ pool: { max } })).outcome?.status).toBe('full_success')
  await clock.advance(20_000)
  expect(stopped).toEqual([1, 2, 3])
  expect((await change({ pool: { max: 100 } })).outcome?.status).toBe('rolled_back')
  await clock.advance(20_000)
  expect(stopped).toEqual([1, 2, 3, 100])
  const messages = plane.health.answer.reports.map(({ message }) => message)
  expect(messages.join()).not.toContain('stopped resource')
})

describe('a change that loosens its own judge while modules take it', () => {
  /** A plane whose required check is looked after by the module that the change is for. */
  const openLoosened = async (loosen: (again: (options?: Partial<HealthCheck>) => void) => void) => {
    const clock = createManualClock()
    let isBroken = false
    let remove = () => {}
    const add = (options: Partial<HealthCheck> = {}) => {
      remove = plane.health.add({ name: 'db', run: () => (isBroken ? unhealthy('down') : healthy()), ...options })
    }
    const again = (options?: Partial<HealthCheck>) => {
      remove()
      if (options !== undefined) add(options)
    }
    const owner = defineModule({
      name: 'owner',
      config: config.section('other'),
      start: () => ({}),
      reload({ next }) {
        isBroken = next > 0
        if (isBroken) loosen(again)
        else again({})
      },
    })
    const plane = await createTestPlane(config, { clock, random: () => 0.5, modules: [owner] })
    add()
    onTestFinished(async () => void (await plane.close()))
    await clock.advance(30_000)
    const changed = plane.set({ other: 1 })
    await clock.advance(31_000)
    return { outcome: await changed, plane }
  }

  test.each([
    ['takes it away', () => undefined, 'left during the bake'],
    ['makes it optional', () => ({ optional: true }), 'failed 5 times in a row: down'],
  ])('is judged by it as it was: %s', async (_, options, reason) => {
    const { outcome, plane } = await openLoosened((again) => again(options()))
    expect(outcome).toMatchObject({
      status: 'rolled_back',
      cause: { reasons: [expect.stringContaining(`db ${reason}`)] },
    })
    expect(plane.config.other).toBe(0)
  })
})
