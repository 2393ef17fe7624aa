import { defineConfig, defineModule, dynamic, type Verdict } from 'trimtab'
import { createManualClock, createRecording, createTestPlane, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'
import { startPlane } from '../support/start-plane.ts'

const field = dynamic(z.object({ value: z.number().default(1) }))
const config = defineConfig(z.object({ lock: field, http: field, last: field }))

test('where two cannot live side by side the gap is measured and told, and whoever comes meanwhile waits for its end', async () => {
  const clock = createManualClock()
  const events: string[] = []
  const wait = (milliseconds: number) => new Promise<void>((resolve) => clock.schedule(milliseconds, resolve))
  const lock = defineModule({
    name: 'lock',
    config: config.section('lock'),
    exclusive: true,
    replace: 'cascade',
    async start({ config: { value } }) {
      await wait(30)
      if (value === 3) throw new Error('the port is taken')
      events.push(`start ${value}`)
      return { value, stopped: false }
    },
    async stop({ resource }) {
      await wait(20)
      resource.stopped = true
      events.push(`stop ${resource.value}`)
    },
  })
  const source = scriptedSource({})
  const plane = await settle(clock, startPlane({ config, sources: [source], modules: [lock], clock, logger: false }))

  const dry = await plane.reload({ dryRun: true, candidate: { tree: { lock: { value: 2 } } } })
  expect(dry.plan?.steps).toMatchObject([{ module: 'lock', action: 'replace', gap: true }])

  source.set({ lock: { value: 2 } })
  const reload = plane.reload()
  await clock.advance(25)
  let got: number | undefined
  const waiting = plane.use(lock, ({ value, stopped }) => {
    expect(stopped).toBe(false)
    got = value
  })
  await clock.advance(24)
  expect(got).toBeUndefined()
  await clock.advance(1)
  const outcome = await reload
  await waiting
  expect(got).toBe(2)
  expect(outcome.modules).toMatchObject([{ module: 'lock', status: 'applied', action: 'replaced', gap: 50 }])

  source.set({ lock: { value: 3 } })
  const failed = await settle(clock, plane.reload())
  expect(failed).toMatchObject({ status: 'rolled_back', cause: { module: 'lock', step: 'start' } })
  expect(await plane.use(lock, ({ value, stopped }) => [value, stopped])).toEqual([2, false])
  expect(events).toEqual(['start 1', 'stop 1', 'start 2', 'stop 2', 'start 2'])
  source.set({ lock: { value: 2 } })
  await settle(clock, plane.reload())
  await settle(clock, plane.close())
})

test('what holds a resource that had to be started again by an undo is started again as well', async () => {
  const recording = createRecording()
  const lock = recording.module({
    ...{ name: 'lock', config: config.section('lock'), exclusive: true, replace: 'cascade' },
  })
  const http = defineModule({
    name: 'http',
    config: config.section('http'),
    dependsOn: [lock],
    start: ({ hold }) => ({ lock: hold(lock), stopped: false }),
    stop: ({ resource }) => {
      resource.stopped = true
    },
  })
  const last = recording.module({ name: 'last', config: config.section('last'), dependsOn: [http] })
  const plane = await createTestPlane(config, { modules: [lock, http, last] })
  const first = await plane.use(http, (resource) => resource)
  recording.script('last', 'start', { kind: 'throw', error: new Error('no') })

  expect((await plane.set({ lock: { value: 2 }, last: { value: 2 } })).status).toBe('rolled_back')

  const current = await plane.use(lock, (resource) => resource)
  expect(current).toMatchObject({ section: { value: 1 }, state: 'running' })
  expect(await plane.use(http, (resource) => resource)).toEqual({ lock: current, stopped: false })
  await new Promise(setImmediate)
  expect(first.stopped).toBe(true)
  await plane.close()
  expect(recording.resources.filter(({ state }) => state === 'running')).toEqual([])
})

test('exclusive resources that hold each other come back in the order of their dependencies', async () => {
  const recording = createRecording()
  const exclusive = { exclusive: true, replace: 'cascade' } as const
  const lock = recording.module({ ...exclusive, name: 'lock', config: config.section('lock') })
  const http = defineModule({
    ...exclusive,
    name: 'http',
    config: config.section('http'),
    dependsOn: [lock],
    start: ({ hold }) => ({ lock: hold(lock) }),
  })
  const last = recording.module({ name: 'last', config: config.section('last'), dependsOn: [http] })
  const plane = await createTestPlane(config, { modules: [lock, http, last] })
  recording.script('last', 'start', { kind: 'throw', error: new Error('no') })

  expect((await plane.set({ lock: { value: 2 }, last: { value: 2 } })).status).toBe('rolled_back')

  const current = await plane.use(lock, (resource) => resource)
  expect(current).toMatchObject({ section: { value: 1 }, state: 'running' })
  expect((await plane.use(http, (resource) => resource)).lock).toBe(current)
  await plane.close()
})

test('whoever comes while health takes an exclusive resource back waits for the one that comes back', async () => {
  const clock = createManualClock()
  let verdict: Verdict = { kind: 'stable' }
  const lock = defineModule({
    name: 'lock',
    config: config.section('lock'),
    exclusive: true,
    replace: 'cascade',
    async start({ config: { value } }) {
      if (value === 1) await new Promise<void>((resolve) => clock.schedule(30, resolve))
      return { value, stopped: false }
    },
    stop({ resource }) {
      resource.stopped = true
    },
  })
  // What depends on it comes back after it, and takes its time: until then nothing is committed.
  const http = defineModule({
    name: 'http',
    config: config.section('lock'),
    dependsOn: [lock],
    exclusive: true,
    replace: 'cascade',
    async start({ config: { value } }) {
      if (value === 1) await new Promise<void>((resolve) => clock.schedule(50, resolve))
    },
  })
  const source = scriptedSource({})
  const judge = { judge: async () => verdict }
  const plane = await settle(
    clock,
    startPlane({ config, sources: [source], modules: [lock, http], bake: { judge }, clock, logger: false }),
  )
  verdict = { kind: 'unhealthy', reasons: ['worse'] }
  source.set({ lock: { value: 2 } })
  const outcome = plane.reload()
  await clock.advance(40)
  const seen: unknown[] = []
  const user = plane.use(lock, (resource) => seen.push({ ...resource }))
  expect(seen).toEqual([])
  expect((await settle(clock, outcome)).status).toBe('rolled_back')
  await settle(clock, user)
  expect(seen).toEqual([{ value: 1, stopped: false }])
  await settle(clock, plane.close())
})
