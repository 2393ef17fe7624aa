import { createTestPlane } from 'trimtab/testing'
import { defineConfig, defineModule, dynamic, type Judge, type Outcome } from 'trimtab'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { sleep } from '../../primitives/time/clock.ts'
import { createManualClock } from '../../testing/manual-clock.ts'

const config = defineConfig(z.object({ base: dynamic(z.number().default(1)), middle: dynamic(z.number().default(1)) }))

let clock = createManualClock()
afterEach(() => {
  expect(clock.pending).toBe(0)
  clock = createManualClock()
})

/** Starts in 100 ms and stops in 50, one at a time; it does not come up on 13. */
const createBase = () => {
  let starts = 0
  return defineModule({
    name: 'base',
    config: config.section('base'),
    exclusive: true,
    replace: 'cascade',
    async start({ config: value }) {
      await sleep(clock, 100)
      if (value === 13) throw new Error('13 is taken')
      return `base ${value}.${(starts += 1)}`
    },
    stop: () => sleep(clock, 50),
  })
}

/** Takes a second for a change, and does not take 13. */
const middle = defineModule({
  name: 'middle',
  config: config.section('middle'),
  start: () => {},
  async reload({ next }) {
    await sleep(clock, 1_000)
    if (next === 13) throw new Error('no 13 here')
  },
})

async function settled<T>(work: Promise<T>): Promise<T> {
  let over = false
  const done = work.finally(() => void (over = true))
  done.catch(() => {})
  while (!over) if (!(await clock.runNext())) await clock.advance(0)
  return done
}

const reportOf = (outcome: Outcome, name: string) => outcome.modules.find(({ module }) => (module as string) === name)

test('a cascade that comes up has its gap in the outcome', async () => {
  const plane = await settled(createTestPlane(config, { modules: [createBase()], clock }))
  const outcome = await settled(plane.set({ base: 2 }))
  expect(reportOf(outcome, 'base')).toEqual({
    module: 'base',
    status: 'applied',
    action: 'replaced',
    duration: 150,
    gap: 150,
  })
  await settled(plane.close())
})

test.each(['atomic', 'bestEffort'] as const)(
  'a cascade that does not come up has the whole gap in the outcome: %s',
  async (apply) => {
    const plane = await settled(createTestPlane(config, { modules: [createBase(), middle], clock, reload: { apply } }))
    const outcome = await settled(plane.set({ base: 13, middle: 2 }))
    expect(outcome.status).toBe(apply === 'atomic' ? 'rolled_back' : 'partial_applied')
    // Its stop, the start that failed, and the start of what ran before.
    expect(reportOf(outcome, 'base')).toMatchObject({ status: 'failed', step: 'start', gap: 50 + 100 + 100 })
    await settled(plane.close())
  },
)

test('a cascade that is undone has both gaps in the outcome', async () => {
  const plane = await settled(createTestPlane(config, { modules: [createBase(), middle], clock }))
  const outcome = await settled(plane.set({ base: 2, middle: 13 }))
  expect(outcome.status).toBe('rolled_back')
  expect(reportOf(outcome, 'base')).toMatchObject({ status: 'undone', action: 'replaced', gap: 150 + 150 })
  await settled(plane.close())
})

test('a cascade that health undoes has both gaps in the outcome', async () => {
  const judge: Judge = {
    judge: async ({ stable }) =>
      stable === undefined ? { kind: 'stable' } : { kind: 'unhealthy', reasons: ['worse'] },
  }
  const plane = await settled(createTestPlane(config, { modules: [createBase(), middle], clock, bake: { judge } }))
  const outcome = await settled(plane.set({ base: 2, middle: 2 }))
  expect(outcome).toMatchObject({ status: 'rolled_back', cause: { kind: 'unhealthy' } })
  expect(reportOf(outcome, 'base')).toMatchObject({ status: 'undone', action: 'replaced', gap: 150 + 150 })
  expect(reportOf(outcome, 'middle')).toMatchObject({ status: 'undone', action: 'reloaded', duration: 1_000 })
  await settled(plane.close())
})

/** An exclusive module that holds `base` and comes after `middle`. */
function createPort(base: ReturnType<typeof createBase>) {
  const note = { starts: 0, running: 0, most: 0, failing: false }
  const port = defineModule({
    name: 'port',
    dependsOn: [base, middle],
    exclusive: true,
    replace: 'cascade',
    start({ hold }) {
      if (note.failing) throw new Error('the port is taken')
      note.starts += 1
      note.running += 1
      note.most = Math.max(note.most, note.running)
      return `port ${note.starts} on ${hold(base)}`
    },
    async stop() {
      await sleep(clock, 10)
      note.running -= 1
    },
  })
  return { port, note }
}

test('an exclusive module that holds what an undo started again is started again on it, one at a time', async () => {
  const base = createBase()
  const { port, note } = createPort(base)
  const plane = await settled(createTestPlane(config, { modules: [base, middle, port], clock }))
  const outcome = await settled(plane.set({ base: 2, middle: 13 }))

  expect(outcome.status).toBe('rolled_back')
  expect(await plane.use(port, (resource) => resource)).toBe('port 2 on base 1.3')
  expect(note).toMatchObject({ running: 1, most: 1 })
  expect(reportOf(outcome, 'port')).toMatchObject({ status: 'undone', action: 'replaced', duration: 10, gap: 10 })
  expect(plane.state).toMatchObject({ stuck: [] })
  await settled(plane.close())
  expect(note.running).toBe(0)
})

test('one that cannot be started again on it is stuck, and the next reload brings it back', async () => {
  const base = createBase()
  const { port, note } = createPort(base)
  const plane = await settled(createTestPlane(config, { modules: [base, middle, port], clock }))
  note.failing = true
  const outcome = await settled(plane.set({ base: 2, middle: 13 }))
  expect(outcome).toMatchObject({
    status: 'stuck',
    stuck: [{ module: 'port', error: expect.stringContaining('taken') }],
  })

  note.failing = false
  expect(await settled(plane.set({ base: 2, middle: 2 }))).toMatchObject({ status: 'full_success' })
  expect(await plane.use(port, (resource) => resource)).toBe('port 2 on base 2.4')
  expect(plane.state).toMatchObject({ stuck: [] })
  await settled(plane.close())
})
