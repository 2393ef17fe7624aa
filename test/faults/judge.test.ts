import { createPlane, defineConfig, defineModule, dynamic, type Judge } from 'trimtab'
import { createManualClock, scriptedSource } from 'trimtab/testing'
import { expect, it, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'
import { misbehaviours, unreadable } from '../support/misbehaviour.ts'
import { followUnhandled } from '../support/unhandled.ts'

const unhandled = followUnhandled()
const config = defineConfig(z.object({ app: dynamic(z.object({ value: z.number() })) }))
const stable = { kind: 'stable' }

/** A plane that is stable on 0, and whose judge from then on is `judge`. */
async function boot(judge: (signal: AbortSignal) => unknown) {
  const clock = createManualClock()
  const source = scriptedSource({ tree: { app: { value: 0 } } })
  let current: (signal: AbortSignal) => unknown = () => Promise.resolve(stable)
  const app = defineModule({
    name: 'app',
    config: config.section('app'),
    start: ({ config: { value } }) => ({ value }),
    reload: ({ next, resource }) => {
      resource.value = next.value
    },
  })
  const plane = await createPlane({
    config,
    sources: [source],
    modules: [app],
    // What a hostile judge gives is no verdict: that is the point.
    bake: { judge: { judge: (_, signal) => current(signal) as ReturnType<Judge['judge']> } },
    clock,
    logger: false,
  })
  await clock.advance(0)
  current = judge
  const change = (value: number) => {
    source.set({ app: { value } })
    return plane.reload()
  }
  const answerWith = (next: typeof judge) => {
    current = next
  }
  const value = () => plane.use(app, (resource) => resource.value)
  return { clock, plane, change, value, answerWith }
}

const idle = createManualClock()
const failing = misbehaviours.filter(({ ends }) => ends === 'fails')

it.each([
  ...failing.map(({ name, act }) => [name, () => act(stable, idle)] as const),
  ['gives nothing', () => Promise.resolve(undefined)],
  ['gives null', () => Promise.resolve(null)],
  ['gives no promise', () => stable],
  ['gives a verdict that there is not', () => Promise.resolve({ kind: 'maybe' })],
  ['gives something that cannot be looked into', () => Promise.resolve(unreadable())],
  ['gives reasons that are none', () => Promise.resolve({ kind: 'unhealthy', reasons: [unreadable()] })],
] as const)('what a judge that %s was asked about is undone, and the next one is asked', async (_, judge) => {
  const { clock, plane, change, value, answerWith } = await boot(judge)

  const outcome = await settle(clock, change(1))
  expect(outcome).toMatchObject({ status: 'rolled_back', cause: { kind: 'unhealthy' } })
  expect([plane.config.app.value, await value()]).toEqual([0, 0])

  answerWith(() => Promise.resolve(stable))
  expect((await settle(clock, change(2))).status).toBe('full_success')
  expect(await value()).toBe(2)
  await settle(clock, plane.close())
  expect(clock.pending).toBe(0)
  expect(unhandled).toEqual([])
})

test('a judge that answers twice is taken at its first word', async () => {
  const { clock, plane, change } = await boot(() => {
    // oxlint-disable-next-line unicorn/no-thenable -- a hostile one is what is tried
    return { then: (resolve: (verdict: unknown) => void) => [stable, { kind: 'unhealthy', reasons: [] }].map(resolve) }
  })
  expect((await settle(clock, change(1))).status).toBe('full_success')
  expect(plane.config.app.value).toBe(1)
  await settle(clock, plane.close())
})

test('a judge that never answers keeps nobody from changing further, nor the plane from closing', async () => {
  const { clock, plane, change, value } = await boot(() => new Promise(() => {}))
  const ends = Promise.allSettled([1, 2, 3].map((each) => change(each)))
  await clock.advance(60_000)

  expect(plane.state).toMatchObject({ baking: true, generation: 2 })
  expect(await value()).toBe(3)
  await settle(clock, plane.close())
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'plane_closed' } })
  expect(clock.pending).toBe(0)
})

test('what a judge says late of a superseded commit means nothing', async () => {
  const answers: ((verdict: unknown) => void)[] = []
  const signals: AbortSignal[] = []
  const { clock, plane, change, value } = await boot((signal) => {
    signals.push(signal)
    return new Promise((resolve) => answers.push(resolve))
  })
  const first = change(1)
  await clock.advance(0)
  const second = change(2)
  await clock.advance(0)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])

  answers[0]?.({ kind: 'unhealthy', reasons: ['too late'] })
  await clock.advance(0)
  expect(plane.state).toMatchObject({ baking: true, generation: 3 })
  expect(await value()).toBe(2)

  answers[1]?.(stable)
  const outcomes = await settle(clock, Promise.all([first, second]))
  expect(outcomes.map(({ status }) => status)).toEqual(['full_success', 'full_success'])
  expect(outcomes[0]?.supersededBy).toBe(outcomes[1]?.id)
  answers[1]?.({ kind: 'unhealthy', reasons: ['changed its mind'] })
  await clock.advance(0)
  expect(await value()).toBe(2)
  await settle(clock, plane.close())
})
