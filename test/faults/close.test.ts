import { createPlane, defineConfig, defineModule, dynamic, type Source, sourceName } from 'trimtab'
import { createManualClock, createRecording, type RecordedHook, scriptedSource } from 'trimtab/testing'
import { afterEach, describe, expect, it, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'
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
    const named = report.unfinished.map(({ module }) => module as string)
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

  expect(clock.monotonic()).toBe(1_000)
  expect(report.unfinished).toEqual([{ module: 'app', error: expect.stringContaining('in use') }])
  finish()
  await using
})

test('a source that never closes does not hold up closing within a budget', async () => {
  const clock = createManualClock()
  const stubborn: Source = {
    ...scriptedSource({ tree: treeOf(1) }),
    name: sourceName('custom', 'stubborn'),
    open: (host) => ({
      ...scriptedSource({ tree: treeOf(1) }).open(host),
      watch: () => new Promise<void>(() => {}),
      close: () => new Promise<void>(() => {}),
    }),
  }
  const plane = await createPlane({ config, sources: [stubborn], clock, logger: false })
  expect(await settle(clock, plane.close({ budget: 500 }))).toEqual({ unfinished: [] })
  expect(clock.monotonic()).toBe(500)
  expect(plane.state).toEqual({ kind: 'closed' })
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
