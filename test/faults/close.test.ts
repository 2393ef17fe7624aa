import { getEventListeners } from 'node:events'
import { createPlane, defineConfig, defineModule, dynamic, type Module, type Source, sourceName } from 'trimtab'
import { createManualClock, createRecording, type RecordedHook, scriptedSource } from 'trimtab/testing'
import { afterEach, describe, expect, it, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'
import { startPlane } from '../support/start-plane.ts'
import { followUnhandled } from '../support/unhandled.ts'

const unhandled = followUnhandled()
afterEach(() => expect(unhandled).toEqual([]))

const config = defineConfig(
  z.object({ app: dynamic(z.object({ value: z.number() })), later: dynamic(z.object({ broken: z.boolean() })) }),
)
const treeOf = (value: number, broken = false) => ({ app: { value }, later: { broken } })

async function boot(reloads: boolean) {
  const clock = createManualClock()
  const source = scriptedSource({ tree: treeOf(1) })
  const recording = createRecording()
  const base = recording.module({ name: 'base' })
  const app = recording.module({
    name: 'app',
    config: config.section('app'),
    dependsOn: [base],
    reloads,
    returnsUndo: true,
  })
  const later = defineModule({
    name: 'later',
    config: config.section('later'),
    dependsOn: [app],
    start: () => {},
    reload({ next }) {
      if (next.broken) throw new Error('later is broken')
    },
  })
  const plane = await createPlane({ config, sources: [source], modules: [base, app, later], clock, logger: false })
  return { clock, source, recording, app, plane }
}

/** Where a reload is when the plane is closed. */
const phases: readonly {
  readonly hook: RecordedHook
  readonly reloads: boolean
  readonly broken?: boolean
}[] = [
  { hook: 'check', reloads: true },
  { hook: 'start', reloads: false },
  { hook: 'reload', reloads: true },
  { hook: 'undo', reloads: true, broken: true },
  { hook: 'stop', reloads: false },
]

describe.each(phases)('closing while a $hook is under way', ({ hook, reloads, broken = false }) => {
  it('ends within the deadline of that step, tells every caller, stops everything, and touches nothing after', async () => {
    const { clock, source, recording, plane } = await boot(reloads)
    recording.script('app', hook, { kind: 'hang' })
    source.set(treeOf(2, broken))
    const running = plane.reload().then(
      ({ status }) => status,
      (error: { code: string }) => error.code,
    )
    await clock.advance(0)
    expect(recording.calls.at(-1)).toMatchObject({ module: 'app', hook })
    const waiting = plane.reload().catch((error: { code: string }) => error.code)
    const closes = [plane.close(), plane.close()]
    expect(plane.state).toEqual({ kind: 'closing' })
    await expect(plane.reload()).rejects.toMatchObject({ code: 'plane_closed' })

    const reports = await settle(clock, Promise.all(closes))

    expect(clock.monotonic()).toBeLessThanOrEqual(60_000)
    expect(reports[0]).toBe(reports[1])
    expect(['rolled_back', 'stuck', 'full_success', 'plane_closed']).toContain(await running)
    expect(['plane_closed', 'unchanged']).toContain(await waiting)
    expect(recording.calls.filter((call) => call.module === 'base' && call.hook === 'stop')).toHaveLength(1)
    const calls = recording.calls.length
    source.set(treeOf(3))
    await clock.advance(600_000)
    expect(recording.calls).toHaveLength(calls)
    expect(clock.pending).toBe(0)
    expect(plane.state).toEqual({ kind: 'closed' })
    expect(await plane.close()).toBe(reports[0])
  })

  it('keeps to its budget, whatever hangs', async () => {
    const { clock, source, recording, plane } = await boot(reloads)
    recording.script('app', hook, { kind: 'hang' })
    recording.script('app', 'stop', { kind: 'hang' })
    recording.script('base', 'stop', { kind: 'hang' })
    source.set(treeOf(2, broken))
    const running = plane.reload().catch(() => {})
    await clock.advance(0)

    const from = clock.monotonic()
    const report = await settle(clock, plane.close({ budget: 1_000 }))
    await running

    expect(clock.monotonic() - from).toBeLessThanOrEqual(1_000)
    const named = report.unfinished.map((each) => (each.kind === 'module' ? each.module : each.source))
    expect(named).toEqual(expect.arrayContaining(['app', 'base']))
  })
})

test('closing within a budget does not wait for the users of a replaced resource, and names it', async () => {
  const { clock, source, app, plane } = await boot(false)
  let finish = () => {}
  const using = plane.use(app, () => new Promise<void>((resolve) => void (finish = resolve)))
  source.set(treeOf(2))
  expect((await settle(clock, plane.reload())).status).toBe('full_success')

  const report = await settle(clock, plane.close({ budget: 1_000 }))

  // The other half is for what it stands on.
  expect(clock.monotonic()).toBe(500)
  expect(report.unfinished).toEqual([{ kind: 'module', module: 'app', error: 'was stopped while in use by plane.use' }])
  finish()
  await using
})

/** A source of which one part never ends, and whether it was closed. */
function stubborn(name: string, hanging: 'watch' | 'close') {
  const script = scriptedSource({ tree: treeOf(1) })
  const note = { closed: false }
  const source: Source = {
    ...script,
    name: sourceName('custom', name),
    open: (host) => ({
      ...script.open(host),
      watch: () => (hanging === 'watch' ? new Promise<void>(() => {}) : Promise.resolve()),
      close() {
        note.closed = true
        return hanging === 'close' ? new Promise<void>(() => {}) : Promise.resolve()
      },
    }),
  }
  return { source, note }
}

test.each(['watch', 'close'] as const)(
  'a source whose %s never ends is named, and the others are closed',
  async (part) => {
    const clock = createManualClock()
    const first = stubborn('first', 'close')
    const second = stubborn('second', part)
    const plane = await createPlane({ config, sources: [first.source, second.source], clock, logger: false })
    const { unfinished } = await settle(clock, plane.close({ budget: 500 }))
    expect(unfinished).toEqual(
      ['custom:second', 'custom:first'].map((source) => ({
        kind: 'source',
        source,
        error: expect.stringMatching(/^did not close within \d+ ms$/),
      })),
    )
    expect([first.note.closed, second.note.closed]).toEqual([true, true])
    expect(clock.monotonic()).toBe(500)
    expect(plane.state).toEqual({ kind: 'closed' })
  },
)

test('a source that never closes keeps neither a boot that failed from being told nor a plane from closing', async () => {
  const clock = createManualClock()
  const { source } = stubborn('first', 'close')
  const bad = { ...treeOf(1), app: { value: 'no number' } }
  const booting = startPlane({ config, sources: [source, scriptedSource({ tree: bad })], clock, logger: false })
  await expect(settle(clock, booting)).rejects.toMatchObject({ code: 'config_invalid' })
  expect(clock.monotonic()).toBe(30_000)

  const plane = await createPlane({ config, sources: [source], clock, logger: false })
  expect((await settle(clock, plane.close())).unfinished).toMatchObject([{ source: 'custom:first' }])
})

async function bootHanging() {
  const clock = createManualClock()
  const recording = createRecording()
  const app = recording.module({ name: 'app' })
  const base = recording.module({ name: 'base' })
  recording.script('app', 'stop', { kind: 'hang' })
  const plane = await createPlane({
    config,
    sources: [scriptedSource({ tree: treeOf(1) })],
    modules: [app, base],
    clock,
    logger: false,
  })
  return { clock, recording, plane }
}

test('a later call shortens the time, and never gives more', async () => {
  const { clock, plane } = await bootHanging()
  const first = plane.close({ budget: 20_000 })
  await clock.advance(1_000)
  const second = plane.close({ budget: 500 })
  const third = plane.close({ budget: 10_000 })
  const reports = await settle(clock, Promise.all([first, second, third]))
  expect(clock.monotonic()).toBe(1_500)
  expect(new Set(reports).size).toBe(1)
  expect(reports[0].unfinished).toMatchObject([{ kind: 'module', module: 'app' }])
  expect(clock.pending).toBe(0)
})

test.each(['before', 'while closing'])(
  'a signal that aborts %s ends the time, and everything was asked to stop',
  async (when) => {
    const { clock, recording, plane } = await bootHanging()
    const controller = new AbortController()
    const { signal } = controller
    if (when === 'before') controller.abort()
    const closing = plane.close({ signal })
    await clock.advance(700)
    controller.abort()
    const { unfinished } = await settle(clock, closing)
    expect(clock.monotonic()).toBe(700)
    expect(unfinished).toMatchObject([{ kind: 'module', module: 'app' }])
    expect(recording.calls.filter(({ hook }) => hook === 'stop')).toHaveLength(2)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(clock.pending).toBe(0)
  },
)

test('what a replaced resource stands on stops after it, also when its users are waited for', async () => {
  const { clock, source, recording, app, plane } = await boot(false)
  let finish = () => {}
  const using = plane.use(app, () => new Promise<void>((resolve) => void (finish = resolve)))
  source.set(treeOf(2))
  await settle(clock, plane.reload())
  const stops = () => recording.calls.filter(({ hook }) => hook === 'stop').map(({ module }) => module)

  const closing = plane.close()
  await clock.advance(1_000)
  expect(stops()).toEqual(['app'])
  finish()
  await using
  expect((await settle(clock, closing)).unfinished).toEqual([])
  expect(stops()).toEqual(['app', 'app', 'base'])
  expect(clock.monotonic()).toBe(1_000)
})

/** An exclusive module that is being started again by an undo when the plane closes. */
async function bootRestarting() {
  const clock = createManualClock()
  const source = scriptedSource({ tree: treeOf(1) })
  const alive = new Set<string>()
  let restart: () => void = () => {}
  const exclusive = (name: string, dependsOn: readonly Module[] = []) =>
    defineModule({
      name,
      config: config.section('app'),
      dependsOn,
      exclusive: true,
      replace: 'cascade',
      start: async ({ config: { value } }) => {
        const starts = [...started].filter((each) => each === `${name}${value}`).length
        started.push(`${name}${value}`)
        if (name === 'second' && starts === 1) await new Promise<void>((resolve) => void (restart = resolve))
        const resource = `${name}${value}-${starts}`
        alive.add(resource)
        return resource
      },
      stop: ({ resource }) => void alive.delete(resource),
    })
  const started: string[] = []
  const first = exclusive('first')
  const second = exclusive('second', [first])
  const third = exclusive('third', [second])
  const broken = defineModule({
    name: 'z-broken',
    config: config.section('later'),
    dependsOn: [third],
    start: () => {},
    reload({ next }) {
      if (next.broken) throw new Error('broken')
    },
  })
  const modules = [first, second, third, broken]
  const plane = await createPlane({ config, sources: [source], modules, clock, logger: false })
  source.set(treeOf(2, true))
  const reload = plane.reload().catch(() => {})
  await clock.advance(0)
  expect(started.slice(-2)).toEqual(['first1', 'second1'])
  return { clock, plane, alive, started, reload, restart: () => restart() }
}

test('an undo that outlives the time for closing starts nothing any more, and what it had started is stopped', async () => {
  const { clock, plane, alive, started, reload, restart } = await bootRestarting()
  await settle(clock, plane.close({ budget: 1_000 }))
  expect(clock.monotonic()).toBe(1_000)
  await clock.advance(0)
  expect([...alive]).toEqual([])

  restart()
  await reload
  await clock.advance(600_000)
  expect([...alive]).toEqual([])
  expect(started.filter((each) => each === 'third1')).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('a plane is closed by `await using`, and whoever comes afterwards is told so', async () => {
  const { clock, recording, app, plane } = await boot(true)
  await settle(clock, Promise.resolve(plane[Symbol.asyncDispose]()))
  expect(recording.resources.map(({ state }) => state)).toEqual(['stopped', 'stopped'])
  for (const late of [plane.reload(), plane.use(app, () => {}), plane.breaker.reset()])
    await expect(late).rejects.toMatchObject({ code: 'plane_closed' })
  expect(() => plane.watch('app.value', () => {})).toThrow(expect.objectContaining({ code: 'plane_closed' }))
  expect(() => plane.subscribe('app.value')).toThrow(expect.objectContaining({ code: 'plane_closed' }))
  const terms = { for: '1m', reason: 'late' }
  await expect(plane.override({ 'app.value': 5 }, terms)).rejects.toMatchObject({ code: 'plane_closed' })
  // What was in force can still be read.
  expect(plane.config.app.value).toBe(1)
})

test('the same modules serve one plane after another, and two at once', async () => {
  const clock = createManualClock()
  const recording = createRecording()
  const app = recording.module({ name: 'app', config: config.section('app'), reloads: true })
  const start = (value: number) =>
    createPlane({ config, sources: [scriptedSource({ tree: treeOf(value) })], modules: [app], clock, logger: false })
  const first = await start(1)
  const second = await start(2)
  expect(await first.use(app, ({ section }) => section)).toEqual({ value: 1 })
  await settle(clock, first.close())
  expect(await second.use(app, ({ section, state }) => ({ section, state }))).toEqual({
    ...{ section: { value: 2 }, state: 'running' },
  })
  const third = await start(3)
  expect(await third.use(app, ({ section }) => section)).toEqual({ value: 3 })
  await settle(clock, Promise.all([second.close(), third.close()]))
  expect(recording.resources.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped'])
})
