import {
  defineConfig,
  defineModule,
  dynamic,
  healthy,
  type HealthCheck,
  type HealthEvent,
  type Module,
  secret,
  type TrimtabEvent,
  unhealthy,
} from 'trimtab'
import { functionSink } from 'trimtab/sinks'
import { createManualClock, createRecording, createTestPlane, type TestPlaneOptions } from 'trimtab/testing'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const schema = z.object({
  port: z.number().default(80),
  pool: dynamic(z.object({ max: z.number().default(1) })),
  upstreams: dynamic(z.record(z.string(), z.number()).default({})),
})
const config = defineConfig(schema)

async function open(options: Omit<TestPlaneOptions<typeof schema>, 'clock'> = {}) {
  const clock = createManualClock()
  const plane = await createTestPlane(config, { clock, random: () => 0, ...options })
  const events: HealthEvent[] = []
  plane.health.events.on((event) => events.push(event))
  onTestFinished(async () => {
    const closed = plane.close()
    await clock.advance(60_000)
    await closed
    expect(clock.pending).toBe(0)
  })
  const report = (name: string) => plane.health.answer.reports.find(({ check }) => check === name)
  const set = async (tree: Parameters<typeof plane.set>[0]) => {
    const outcome = plane.set(tree)
    await clock.advance(31_000)
    return outcome
  }
  return { plane, clock, events, report, set }
}
const start = () => ({ isOpen: true })

describe('the checks of modules', () => {
  test('are named after them, know what they run on, and have what other hooks have', async () => {
    const base = defineModule({
      name: 'base',
      start: () => 'base',
      health: { name: 'alive', kind: 'liveness', run: () => true },
    })
    const pool = defineModule({
      name: 'pool',
      config: config.section('pool'),
      dependsOn: [base],
      start,
      health: [
        { name: 'open', run: ({ resource, config: { max } }) => healthy(`${resource.isOpen} with ${max}`) },
        { name: 'base', optional: true, run: async ({ use }) => healthy(await use(base, (resource) => resource)) },
      ],
    })
    const { plane, clock, report } = await open({ modules: [pool] })
    await clock.advance(0)
    expect(report('base/alive')).toMatchObject({ status: 'healthy', module: 'base', kind: 'liveness' })
    expect(report('pool/open')).toMatchObject({ message: 'true with 1', module: 'pool', generation: 1 })
    expect(report('pool/base')).toMatchObject({ message: 'base', optional: true })
    expect(plane.health.answer.readiness.status).toBe('healthy')
  })

  test('with `each` come and go with the keys of their record', async () => {
    const upstreams = defineModule({
      name: 'upstreams',
      config: config.section('upstreams'),
      each: true,
      start: ({ config: weight }) => weight,
      health: ({ resource, key }) => (resource > 9 ? unhealthy(`${key} is down`) : healthy()),
    })
    const { report, set, plane } = await open({ modules: [upstreams], tree: { upstreams: { blue: 1 } } })
    expect(report('upstreams["blue"]')).toMatchObject({ module: 'upstreams', component: 'blue' })
    await set({ upstreams: { blue: 1, green: 2 } })
    expect(report('upstreams["green"]')).toMatchObject({ status: 'healthy', component: 'green' })
    await set({ upstreams: { green: 2 } })
    expect(report('upstreams["blue"]')).toBeUndefined()
    expect(plane.config.upstreams).toEqual({ green: 2 })
    expect((await set({ upstreams: { green: 2, red: 10 } })).status).toBe('rolled_back')
    expect(report('upstreams["red"]')).toBeUndefined()
  })

  it.each([
    [5, 'no function, object or list'],
    [{ run: 5 }, 'needs a function `run`'],
    [{ kind: 'ready', run: () => {} }, 'needs a kind'],
    [[{ run: () => {} }, { name: 'x', run: () => {} }], 'without a name'],
    [
      [
        { name: 'x', run: () => {} },
        { name: 'x', run: () => {} },
      ],
      'two checks called x',
    ],
    [[{ name: 'a/b', run: () => {} }], '1 to 64 letters'],
    [[null], 'lists null'],
  ])('that cannot be are refused when the module is declared: %o', (health, message) => {
    // What the types forbid is what is tried.
    expect(() => defineModule({ name: 'pool', start, health: health as never })).toThrow(message)
  })
})

describe('traffic is left before anything stops', () => {
  async function openRunning() {
    const order: string[] = []
    const pool = defineModule({ name: 'pool', start, health: () => true, stop: () => void order.push('stopped') })
    const opened = await open({ modules: [pool] })
    await opened.clock.advance(30_000)
    opened.plane.health.events.on((event) => {
      if (event.kind === 'aggregate' && event.of === 'readiness') order.push(event.next.status)
    })
    return { ...opened, order }
  }

  test('at the signal to stop, in the same turn of the loop', async () => {
    const { plane, clock, order } = await openRunning()
    const controller = new AbortController()
    const running = plane.run({ exit: false, signals: false, signal: controller.signal })
    expect(plane.health.answer.readiness.status).toBe('healthy')
    controller.abort()
    expect(plane.health.answer.readiness).toEqual({ status: 'unhealthy', causes: ['stopping'] })
    expect(plane.state).toMatchObject({ kind: 'running', stopping: true })
    await clock.advance(4_999)
    expect(order).toEqual(['unhealthy'])
    expect(plane.health.answer.liveness.status).toBe('healthy')
    await clock.advance(1)
    expect(await running).toBe(0)
    expect(order).toEqual(['unhealthy', 'stopped'])
    expect(plane.health.answer.readiness.status).toBe('unhealthy')
  })

  test('at SIGTERM', async () => {
    const { plane, clock, order } = await openRunning()
    const running = plane.run({ exit: false })
    process.emit('SIGTERM')
    expect(order).toEqual(['unhealthy'])
    await clock.advance(5_000)
    expect([await running, order]).toEqual([0, ['unhealthy', 'stopped']])
  })

  test('when somebody closes the plane, and no check meets a resource that stops', async () => {
    const { plane, clock, order } = await openRunning()
    let isUsed = false
    plane.health.add({
      name: 'slow',
      run: ({ signal }) =>
        new Promise((resolve) => {
          isUsed = true
          signal.addEventListener('abort', () => clock.schedule(300, () => resolve((isUsed = false))))
        }),
    })
    await clock.advance(100)
    expect(isUsed).toBe(true)
    const closed = plane.close()
    expect(order).toEqual(['unhealthy'])
    await clock.advance(299)
    expect(order).toEqual(['unhealthy'])
    await clock.advance(1)
    await closed
    expect(order).toEqual(['unhealthy', 'stopped'])
  })
})

describe("the plane's own checks", () => {
  const namesOf = (answer: { causes: readonly string[] }) => answer.causes

  test('are optional, come last, run nothing, and are all well at first', async () => {
    const { plane, clock } = await open({ checks: [{ name: 'db', optional: true, run: () => true }] })
    expect(plane.health.answer.reports.map(({ check, optional }) => [check, optional])).toEqual([
      ['db', true],
      ['trimtab/sources', true],
      ['trimtab/reload', true],
      ['trimtab/stuck', true],
      ['trimtab/pending-restart', true],
      ['trimtab/boot', true],
    ])
    await clock.advance(0)
    expect(plane.health.answer.health.status).toBe('healthy')
  })

  test('are no news when the service starts, and that it is ready is', async () => {
    const heard: string[] = []
    const hear = ({ type, subject }: TrimtabEvent) => {
      if (/check|health/.test(type)) heard.push(`${type} ${subject}`)
    }
    const sink = functionSink(hear, { name: 'heard' })
    const check: HealthCheck = { name: 'db', run: () => true }
    const { plane, clock } = await open({ checks: [check], events: { sinks: [sink] }, random: () => 0.5 })
    await clock.advance(2_499)
    heard.push('the first round')
    await clock.advance(1)
    expect(plane.health.answer.readiness.status).toBe('healthy')
    const of = 'dev.trimtab.health.changed'
    expect(heard).toEqual(['the first round', `${of} health`, `${of} readiness`])
    await plane.set({ pool: { max: 'many' } })
    await clock.advance(0)
    expect(heard.slice(3)).toEqual(['dev.trimtab.check.changed trimtab/reload', `${of} health`])
  })

  test('tell of a reload that was refused and of what waits for a restart, until it is over', async () => {
    const { plane, report, clock } = await open()
    expect(clock.pending).toBe(0)
    await plane.set({ pool: { max: 'many' } })
    expect(report('trimtab/reload')).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('validation_failed'),
    })
    expect(plane.health.answer).toMatchObject({ readiness: { status: 'healthy' }, health: { status: 'degraded' } })
    await plane.set({ port: 8080 })
    expect(report('trimtab/pending-restart')).toMatchObject({ status: 'degraded', details: { paths: ['port'] } })
    expect(namesOf(plane.health.answer.health)).toEqual(['trimtab/pending-restart'])
    await plane.set({})
    expect(plane.health.answer.health.status).toBe('healthy')
  })

  it.each([false, true])('tell of what is stuck, which makes it unready only if asked to: %s', async (stuckUnready) => {
    const recording = createRecording()
    const pool: Module = recording.module({
      name: 'pool',
      config: config.section('pool'),
      reloads: true,
      returnsUndo: true,
    })
    const last = recording.module({ name: 'zz', config: config.section('pool'), reloads: true })
    const { plane, report } = await open({ modules: [pool, last], health: { stuckUnready } })
    recording.script('zz', 'reload', { kind: 'throw', error: new Error('no') })
    recording.script('pool', 'undo', { kind: 'throw', error: new Error('no way back') })
    expect((await plane.set({ pool: { max: 2 } })).status).toBe('stuck')
    expect(report('trimtab/stuck')).toMatchObject({ status: 'unhealthy', details: { modules: ['zz', 'pool'] } })
    expect(plane.health.answer.readiness.status).toBe(stuckUnready ? 'unhealthy' : 'healthy')
    expect(plane.health.answer.health.status).toBe(stuckUnready ? 'unhealthy' : 'degraded')
    plane.clearStuck()
    expect(report('trimtab/stuck')?.status).toBe('healthy')
  })
})

describe('a remedy', () => {
  const remedy = { after: 2, edits: { 'pool.max': 50 }, for: '15m', reason: 'fewer connections while it is down' }

  test('sets values through the same pipeline, with who and why, and takes them back', async () => {
    let isDown = false
    const check: HealthCheck = { name: 'db', optional: true, remedy, run: () => !isDown }
    const { plane, clock, events } = await open({ checks: [check], health: { remedies: { atMost: 1 } } })
    await clock.advance(5_000)
    isDown = true
    await clock.advance(10_000)
    expect(plane.config.pool.max).toBe(50)
    expect(plane.explain('pool.max')).toMatchObject({ origin: { source: 'override:plane' } })
    isDown = false
    await clock.advance(20_000)
    expect(plane.config.pool.max).toBe(1)
    expect(events.flatMap((event) => (event.kind === 'remedy' ? [event.step] : []))).toEqual(['applied', 'withdrawn'])
  })

  test('that the configuration refuses is told', async () => {
    const check: HealthCheck = {
      name: 'db',
      optional: true,
      remedy: { ...remedy, edits: { 'pool.max': 'many' } },
      run: () => false,
    }
    const { clock, events } = await open({ checks: [check], health: { remedies: { atMost: 1 } } })
    await clock.advance(10_000)
    expect(events).toContainEqual({
      kind: 'remedy',
      check: 'db',
      step: 'failed',
      reason: 'the override ended as validation_failed',
    })
  })

  it('of a check that a reload needs is not undone for the outage it answers', async () => {
    let isDown = false
    // It comes before damping takes the check down.
    const check: HealthCheck = { name: 'db', remedy, fall: 4, run: () => !isDown }
    const { plane, clock } = await open({ checks: [check], health: { remedies: { atMost: 1 } } })
    await clock.advance(60_000)
    isDown = true
    await clock.advance(120_000)
    expect(plane.config.pool.max).toBe(50)
    expect(plane.outcomes.map(({ status }) => status)).not.toContain('rolled_back')
    isDown = false
    await clock.advance(120_000)
    expect(plane.config.pool.max).not.toBe(50)
    await plane.close()
  })

  it.each([
    [{ checks: [{ name: 'db', remedy, run: () => true }] }],
    [{ modules: [defineModule({ name: 'db', start, health: { remedy, run: () => true } })] }],
  ])('is refused where remedies are off, naming the option', async (options) => {
    await expect(createTestPlane(config, options)).rejects.toMatchObject({
      code: 'option_invalid',
      message: expect.stringContaining('health.remedies'),
    })
  })
})

const x: HealthCheck = { name: 'x', run: () => true }

it.each([
  [{ health: { cacheFor: -1 } }, 'health.cacheFor'],
  [{ health: { stuckUnready: 1 } }, 'health.stuckUnready'],
  [{ health: { remedies: { atMost: 0 } } }, 'health.remedies.atMost'],
  [{ health: { cacheTime: 1 } }, 'health.cacheTime'],
  [{ bake: { min: 10, max: 5 } }, 'bake.min'],
  [{ bake: { interval: 10_000 } }, 'bake.interval'],
  [{ bake: { judge: {} } }, 'bake.judge'],
  [{ checks: [5] }, 'checks'],
  [{ checks: [{ name: 'x', run: 5 }] }, '`run`'],
  [{ checks: [x, x] }, 'called x'],
  [{ checks: [x], modules: [defineModule({ name: 'x', start, health: () => true })] }, 'the option checks has one'],
])('options that can not be are refused: %o', async (options, message) => {
  // What the types forbid is what is tried.
  await expect(createTestPlane(config, options as never)).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining(message),
  })
})

test('no secret of the configuration is in what a check says', async () => {
  const secretConfig = defineConfig(z.object({ app: dynamic(z.object({ token: secret(z.string()) })) }))
  const clock = createManualClock()
  const app = defineModule({
    name: 'app',
    config: secretConfig.section('app'),
    start: ({ config: { token } }) => token.reveal(),
    health: ({ resource }) => unhealthy(`refused ${resource}`, { [resource]: [`token ${resource}`] }),
  })
  const plane = await createTestPlane(secretConfig, {
    clock,
    modules: [app],
    tree: { app: { token: 'hunter2-hunter2' } },
  })
  const { reports } = await plane.health.check()
  expect(reports[0]?.message).toMatch(/^refused ./)
  expect(JSON.stringify(reports)).not.toContain('hunter2')
  await plane.close()
})

test('no secret that ever was in force is in what a check says, whenever it says it', async () => {
  const secretConfig = defineConfig(z.object({ app: dynamic(z.object({ token: secret(z.string()) })) }))
  const tokens = ['first-token', 'second-token', 'third-token']
  const said: string[] = []
  const plane = await createTestPlane(secretConfig, {
    clock: createManualClock(),
    checks: [{ name: 'app', optional: true, run: () => unhealthy(tokens.join(' ')) }],
    tree: { app: { token: 'first-token' } },
  })
  for (const token of tokens) {
    await plane.set({ app: { token } })
    const { reports } = await plane.health.check({ fresh: true })
    said.push(reports[0]?.message ?? '')
  }
  expect(said).toEqual([
    '[secret] second-token third-token',
    '[secret] [secret] third-token',
    '[secret] [secret] [secret]',
  ])
  await plane.close()
})
