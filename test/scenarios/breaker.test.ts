import { createPlane, defineConfig, defineModule, dynamic, type Outcome } from 'trimtab'
import { createManualClock, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'
import { onOutcome } from '../support/next-event.ts'

const config = defineConfig(z.object({ app: dynamic(z.object({ value: z.number() })) }))

/** Chance always says 0.5, so that every delay is half of its ceiling: 1 s, 2 s, 4 s, up to 60 s. */
async function boot() {
  const clock = createManualClock()
  const source = scriptedSource({ tree: { app: { value: 0 } } })
  const attempts: { readonly at: number; readonly value: number }[] = []
  const broken = new Set<number>()
  const app = defineModule({
    name: 'app',
    config: config.section('app'),
    start: ({ config: { value } }) => ({ value }),
    reload({ next, previous, resource }) {
      if (next.value > previous.value) attempts.push({ at: clock.monotonic(), value: next.value })
      if (broken.has(next.value)) throw new Error('the database is down')
      resource.value = next.value
    },
  })
  const plane = await createPlane({
    config,
    sources: [source],
    modules: [app],
    clock,
    random: () => 0.5,
    logger: false,
  })
  const settled: Outcome[] = []
  onOutcome(plane, (outcome) => settled.push(outcome))
  const set = async (value: number) => {
    source.set({ app: { value } })
    await clock.advance(0)
  }
  return { clock, plane, source, attempts, broken, settled, set }
}

const kind = ({ state }: Awaited<ReturnType<typeof boot>>['plane']) =>
  state.kind === 'running' ? state.breaker.kind : state.kind

test('a database that was down for a minute needs nobody to press anything', async () => {
  const { clock, plane, broken, set, attempts } = await boot()
  broken.add(1)
  await set(1)
  await clock.advance(60_000)
  expect(plane.config.app.value).toBe(0)
  expect(kind(plane)).toBe('open')

  broken.clear()
  await clock.advance(60_000)
  expect(plane.config.app.value).toBe(1)
  expect(plane.lastOutcome).toMatchObject({ status: 'full_success', triggers: ['trial'] })
  expect(plane.state).toMatchObject({ breaker: { kind: 'closed' }, stuck: [], pendingRestart: [] })
  const tries = attempts.length
  await clock.advance(3_600_000)
  expect(attempts).toHaveLength(tries)
  expect(clock.pending).toBe(0)
  await plane.close()
})

test('a failure is tried again at exactly the delays it was given, doubling up to the cap, whatever the wall clock does', async () => {
  const { clock, plane, broken, set, attempts } = await boot()
  broken.add(1)
  await set(1)
  const states: string[] = [kind(plane)]
  const delays = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
  for (const [index, delay] of delays.entries()) {
    clock.jumpWall(index % 2 === 0 ? 600_000 : -600_000)
    await clock.advance(delay - 1)
    expect(attempts).toHaveLength(index + 1)
    await clock.advance(1)
    expect(attempts).toHaveLength(index + 2)
    states.push(kind(plane))
  }
  expect(states).toEqual(['failing', 'failing', ...Array(8).fill('open')])
  expect(attempts.map(({ at }) => at)).toEqual(
    [0, 1, 3, 7, 15, 31, 63, 123, 183, 243].map((seconds) => seconds * 1_000),
  )
  await plane.close()
  expect(clock.pending).toBe(0)
})

test('while the breaker is open its content is not tried: a reload says when it will be, unless it is forced', async () => {
  const { clock, plane, broken, set, attempts, settled } = await boot()
  broken.add(1)
  await set(1)
  await clock.advance(3_000)
  expect(kind(plane)).toBe('open')
  await clock.advance(1_500)
  clock.jumpWall(600_000)

  const held = await plane.reload()
  expect(held).toMatchObject({ status: 'circuit_open', retryIn: 2_500, failures: 3 })
  expect(attempts).toHaveLength(3)
  expect((await settle(clock, plane.reload({ force: true }))).status).toBe('rolled_back')
  expect(attempts).toHaveLength(4)
  // Forced or not, it failed once more: the delay doubles from there.
  await clock.advance(7_999)
  expect(attempts).toHaveLength(4)
  await clock.advance(1)
  expect(attempts).toHaveLength(5)
  expect(settled.at(-1)).toMatchObject({ status: 'rolled_back', triggers: ['trial'] })
  await plane.close()
})

test('new content waits one second at most after a failure, and content that was stable once not at all', async () => {
  const { clock, plane, broken, set, attempts } = await boot()
  broken.add(1).add(2)
  await set(1)
  await clock.advance(3_000)
  await clock.advance(400)
  expect(kind(plane)).toBe('open')

  await set(2)
  await clock.advance(599)
  expect(attempts.at(-1)?.value).toBe(1)
  await clock.advance(1)
  expect(attempts.at(-1)).toEqual({ at: 4_000, value: 2 })
  expect(plane.state).toMatchObject({ breaker: { kind: 'failing', failures: 1 } })

  // What failed is superseded by what runs, which was stable: nothing is left of it.
  await set(0)
  expect(plane.lastOutcome).toMatchObject({ status: 'unchanged', triggers: ['remote'] })
  expect(kind(plane)).toBe('closed')
  expect(clock.pending).toBe(0)

  await set(5)
  broken.add(6)
  await set(6)
  await set(0)
  expect([plane.config.app.value, kind(plane)]).toEqual([0, 'closed'])
  await plane.close()
})

test('a manual reset forgets the failures and tries at once', async () => {
  const { clock, plane, broken, set, attempts } = await boot()
  broken.add(1)
  await set(1)
  await clock.advance(3_000)
  expect(kind(plane)).toBe('open')

  expect(await settle(clock, plane.breaker.reset())).toMatchObject({ status: 'rolled_back' })
  expect(plane.breaker.state).toMatchObject({ kind: 'failing', failures: 1 })
  expect(attempts).toHaveLength(4)
  broken.clear()
  expect(await settle(clock, plane.breaker.reset())).toMatchObject({ status: 'full_success' })
  expect(plane.breaker.state).toEqual({ kind: 'closed' })
  await plane.close()
})

test('a refusal is not counted, and a retry that nobody needs any more is not made', async () => {
  const { clock, plane, source, broken, set, attempts } = await boot()
  broken.add(1)
  await set(1)
  source.set({ app: { value: 'wrong' } })
  await clock.advance(1_000)
  expect(plane.lastOutcome?.status).toBe('validation_failed')
  expect(kind(plane)).toBe('closed')
  await clock.advance(600_000)
  expect(attempts).toHaveLength(1)
  await plane.close()
})
