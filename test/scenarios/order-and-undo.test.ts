import { createPlane, defineConfig, defineModule, dynamic, type Module, type Source } from 'trimtab'
import { createManualClock, createRecording, createTestPlane, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'

const names = ['logger', 'pool', 'cache', 'routes', 'http'] as const
const section = dynamic(
  z.object({ value: z.number().default(1), extra: z.object({ size: z.number(), when: z.string() }).optional() }),
)
const config = defineConfig(
  z.object({ logger: section, pool: section, cache: section, routes: section, http: section }),
)

function build(reloads = true) {
  const recording = createRecording()
  const module = (name: (typeof names)[number], dependsOn: readonly Module[]) =>
    recording.module({ name, config: config.section(name), dependsOn, reloads })
  const logger = module('logger', [])
  const pool = module('pool', [logger])
  const cache = module('cache', [logger])
  const routes = module('routes', [pool])
  const http = module('http', [routes, cache])
  return { recording, modules: [logger, pool, cache, routes, http] }
}

/** Always the same shuffles: a small generator of its own, so that a failure comes again. */
function shuffled<T>(list: readonly T[], run: number): T[] {
  let state = run * 2_654_435_761 + 1
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  return list
    .map((value) => ({ value, rank: next() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value)
}

const value = (number: number) => Object.fromEntries(names.map((name) => [name, { value: number }]))

test('apply runs in dependency order and undo in exact reverse, a hundred times whatever the order of registration', async () => {
  for (let run = 0; run < 100; run += 1) {
    const { recording, modules } = build()
    const plane = await createTestPlane(config, { modules: shuffled(modules, run) })
    recording.clear()
    recording.script('http', 'reload', { kind: 'reject', error: new Error('no') })
    await plane.set(Object.fromEntries(shuffled(Object.entries(value(2)), run)))
    const order = recording.calls
      .filter(({ hook }) => hook === 'reload')
      .map(({ module, next }) => `${module} ${(next as { value: number }).value}`)
    expect(order).toEqual([
      ...['logger 2', 'cache 2', 'pool 2', 'routes 2', 'http 2'],
      // The one that failed is undone as well: nobody knows how far it came.
      'http 1',
      ...['routes 1', 'pool 1', 'cache 1', 'logger 1'],
    ])
    recording.clear()
    await plane.close()
    expect(recording.calls.map(({ module, hook }) => `${module} ${hook}`)).toEqual([
      ...['http stop', 'cache stop', 'routes stop', 'pool stop', 'logger stop'],
    ])
  }
})

test('when one refuses, none was touched, every refusal is in the outcome, and what was prepared is disposed', async () => {
  const disposed: string[] = []
  const touched: string[] = []
  const modules = names.map((name) =>
    defineModule({
      name,
      config: config.section(name),
      start: () => {},
      check({ previous }) {
        if (previous === undefined) return undefined
        if (name === 'pool' || name === 'http') throw new Error(`${name} refuses`)
        return { close: () => void disposed.push(name) }
      },
      reload: () => void touched.push(name),
    }),
  )
  const plane = await createTestPlane(config, { modules })
  const { snapshot } = plane
  const outcome = await plane.set(value(2))

  expect(outcome.status).toBe('validation_failed')
  expect(outcome.problems.map(({ module, message }) => [module, message])).toEqual([
    ['http', 'http refuses'],
    ['pool', 'pool refuses'],
  ])
  expect(plane.snapshot).toBe(snapshot)
  expect(touched).toEqual([])
  expect(disposed.sort()).toEqual(['cache', 'logger', 'routes'])
  await plane.close()
})

test('a caller that cancels during apply is released at once, and the undo completes under a deadline of its own', async () => {
  const clock = createManualClock()
  const { recording, modules } = build()
  const source = scriptedSource({ tree: {} })
  // Nothing tells of its changes: nobody but the caller wants the reload.
  const silent: Source = {
    ...source,
    open(host) {
      const { read, close } = source.open(host)
      return { read, close }
    },
  }
  const plane = await createPlane({ config, sources: [silent], modules, clock, logger: false })
  source.set(value(2))
  recording.clear()
  recording.script('routes', 'reload', { kind: 'hang' })
  const controller = new AbortController()
  const caller = plane.reload({ signal: controller.signal }).catch((error: Error) => error.message)
  await clock.advance(1_000)
  let finishUndo = () => {}
  const undoing = new Promise<void>((resolve) => {
    finishUndo = resolve
  })
  recording.script('routes', 'reload', { kind: 'wait', promise: undoing })
  controller.abort(new Error('the caller went away'))

  expect(await caller).toBe('the caller went away')
  await clock.advance(29_999)
  expect(plane.lastOutcome?.triggers).toEqual(['boot'])
  finishUndo()
  await clock.advance(0)

  expect(plane.lastOutcome).toMatchObject({ status: 'rolled_back', cause: { kind: 'cancelled' }, generation: 1 })
  const back = recording.calls.filter(({ hook, next }) => hook === 'reload' && (next as { value: number }).value === 1)
  expect(back.map(({ module }) => module)).toEqual(['routes', 'pool', 'cache', 'logger'])
  // A cancellation is no failure.
  expect(plane.breaker.state).toEqual({ kind: 'closed' })
  recording.script('routes', 'reload', { kind: 'ok' })
  expect((await settle(clock, plane.reload())).status).toBe('full_success')
  await settle(clock, plane.close())
  expect(clock.pending).toBe(0)
})

test('the undo of an added setting removes it, and of a removed one restores its typed value', async () => {
  const seen: unknown[] = []
  const app = defineModule({
    name: 'app',
    config: config.section('pool'),
    start: () => {},
    reload({ next, previous, changes }) {
      seen.push({ next, previous, changes: [...changes].map((change) => ({ ...change })) })
    },
  })
  const later = defineModule({
    name: 'later',
    config: config.section('http'),
    dependsOn: [app],
    start: () => {},
    reload() {
      throw new Error('no')
    },
  })
  const extra = { size: 5, when: 'now' }
  const plane = await createTestPlane(config, { modules: [app, later] })
  await plane.set({ pool: { extra }, http: { value: 2 } })
  const path = 'pool.extra'
  expect(seen).toMatchObject([
    { next: { extra }, changes: [{ kind: 'added', path, next: extra }] },
    { previous: { extra }, changes: [{ kind: 'removed', path, previous: extra }] },
  ])
  expect(seen[1]).toHaveProperty('next.extra', undefined)
  await plane.close()

  seen.length = 0
  const second = await createTestPlane(config, { tree: { pool: { extra } }, modules: [app, later] })
  await second.set({ http: { value: 2 } })
  expect(seen).toMatchObject([
    { previous: { extra }, changes: [{ kind: 'removed', path, previous: extra }] },
    { next: { extra }, changes: [{ kind: 'added', path, next: extra }] },
  ])
  await second.close()
})

test('an undo that fails is named in the outcome, the state and the events until it is cleared', async () => {
  const { recording, modules } = build()
  const plane = await createTestPlane(config, { modules })
  const told: unknown[] = []
  plane.events.on((event) => {
    if (event.type === 'dev.trimtab.module.stuck') told.push(event.data.stuck.map(({ module }) => module))
    if (event.type === 'dev.trimtab.module.cleared') told.push([])
  })
  recording.script('http', 'reload', { kind: 'throw', error: new Error('no') })

  const outcome = await plane.set(value(2))
  expect(outcome.status).toBe('stuck')
  expect(outcome).toMatchObject({ stuck: [{ module: 'http', error: expect.stringContaining('could not be undone') }] })
  expect(plane.state).toMatchObject({ stuck: [{ module: 'http' }] })
  expect(told).toEqual([['http']])
  plane.clearStuck()
  expect(plane.state).toMatchObject({ stuck: [] })
  expect(told).toEqual([['http'], []])
  recording.script('http', 'reload', { kind: 'ok' })
  expect((await plane.set(value(3))).status).toBe('full_success')
  await plane.close()
})
