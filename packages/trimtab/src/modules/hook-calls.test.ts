import { createTestPlane, type TestPlane } from 'trimtab/testing'
import { defineConfig, defineModule, dynamic, type Outcome } from 'trimtab'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createManualClock } from '../testing/manual-clock.ts'

interface Service {
  max: number
}

const config = defineConfig(z.object({ max: dynamic(z.number().default(1)) }))

type Hook = 'check' | 'start' | 'reload' | 'undo' | 'stop'

/** A module that asks its own plane for something in one of its hooks, from the second start on. */
async function start(
  hook: Hook,
  ask: (plane: TestPlane<Service>) => unknown,
  kind: 'reloads' | 'replaced' | 'cascade',
) {
  const clock = createManualClock()
  const held: { plane: TestPlane<Service> | undefined } = { plane: undefined }
  const at = (name: Hook) => (name === hook && held.plane !== undefined ? ask(held.plane) : undefined)
  const app = defineModule({
    name: 'app',
    config: config.section('max'),
    ...(kind === 'cascade' ? { exclusive: true, replace: 'cascade' as const } : {}),
    check: async () => void (await at('check')),
    start: async () => void (await at('start')),
    ...(kind === 'reloads'
      ? {
          async reload() {
            await at('reload')
            return async () => void (await at('undo'))
          },
        }
      : {}),
    stop: async () => void (await at('stop')),
  })
  const last = defineModule({
    name: 'last',
    config: config.section('max'),
    dependsOn: [app],
    start: () => {},
    reload: ({ next }) => {
      if (hook === 'undo' && next === 2) throw new Error('no')
    },
  })
  const plane = await createTestPlane(config, { modules: [app, last], clock })
  held.plane = plane
  return { plane, clock }
}

const waits = async (plane: TestPlane<Service>) => void (await plane.reload())

test.each([
  ['check', 'reloads', 'validation_failed'],
  ['start', 'replaced', 'rolled_back'],
  ['reload', 'reloads', 'rolled_back'],
  ['undo', 'reloads', 'stuck'],
  ['stop', 'cascade', 'rolled_back'],
] as const)(
  'a %s that awaits a reload of its own plane fails at once, and says what to do',
  async (hook, kind, status) => {
    let times = 0
    const once = (plane: TestPlane<Service>) => ((times += 1) === 1 ? waits(plane) : undefined)
    const { plane, clock } = await start(hook, once, kind)
    const outcome = await plane.set({ max: 2 })
    expect(outcome.status).toBe(status)
    expect(JSON.stringify([outcome.problems, outcome.modules])).toContain('Ask for it and go on')
    expect(clock.monotonic()).toBe(0)
    await plane.close()
  },
)

test.each([
  ['an override', (plane: TestPlane<Service>) => plane.override({ max: 5 }, { for: '1m', reason: 'test' })],
  ['a reset of the breaker', (plane: TestPlane<Service>) => plane.breaker.reset()],
])('awaiting %s fails as well', async (_, ask) => {
  const errors: unknown[] = []
  const note = async (plane: TestPlane<Service>) =>
    void (await ask(plane).catch((error: unknown) => errors.push(error)))
  const { plane } = await start('reload', note, 'reloads')
  await plane.set({ max: 2 })
  expect(errors[0]).toMatchObject({ code: 'reload_in_hook', details: { module: 'app' } })
  await plane.close()
})

test('a reload that a hook asks for without waiting comes after the one it is part of', async () => {
  let asked = 0
  const { plane, clock } = await start('reload', (each) => void ((asked += 1) === 1 && void each.reload()), 'reloads')
  expect((await plane.set({ max: 2 })).status).toBe('full_success')
  await clock.advance(0)
  expect(plane.outcomes.map(({ status }) => status)).toEqual(['unchanged', 'full_success', 'full_success'])
  await plane.close()
})

test('what a hook started may wait for reloads when the hook has ended', async () => {
  const later: Promise<Outcome>[] = []
  const soon = (plane: TestPlane<Service>) => {
    later.push(new Promise((resolve, reject) => void setImmediate(() => void plane.reload().then(resolve, reject))))
  }
  const { plane, clock } = await start('start', soon, 'replaced')
  await plane.set({ max: 2 })
  await clock.advance(0)
  expect((await later[0])?.status).toBe('unchanged')
  await plane.close()
})

test('the stop of a replaced resource may wait for a reload: no reload waits for it', async () => {
  const outcomes: Outcome[] = []
  const note = async (plane: TestPlane<Service>) => {
    if (outcomes.length === 0) outcomes.push(await plane.reload())
  }
  const { plane, clock } = await start('stop', note, 'replaced')
  expect((await plane.set({ max: 2 })).status).toBe('full_success')
  await clock.advance(0)
  expect(outcomes[0]?.status).toBe('unchanged')
  await plane.close()
})
