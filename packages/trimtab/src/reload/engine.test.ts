import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineModule } from '../modules/define-module.ts'
import type { Judge, Verdict } from './proof/judge.ts'
import { defineConfig } from '../schema/define-config.ts'
import { dynamic, secret } from '../schema/marks.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createTestPlane } from '../testing/test-plane.ts'

const config = defineConfig(
  z.object({
    good: dynamic(z.object({ value: z.number().default(0) })),
    bad: dynamic(z.object({ value: z.number().default(0), key: secret(z.string().default('none')) })),
  }),
)
const good = defineModule({ name: 'good', config: config.section('good'), start: () => ({}), reload: () => {} })

test('retries of what is outstanding commit nothing while nothing comes of them', async () => {
  const clock = createManualClock()
  const bad = defineModule({
    name: 'bad',
    config: config.section('bad'),
    start: () => ({}),
    reload: ({ next }) => {
      if (next.value > 0) throw new Error('not yet')
    },
  })
  const options = { modules: [good, bad], clock, random: () => 0.5, reload: { apply: 'bestEffort' as const } }
  const plane = await createTestPlane(config, options)
  const outcome = await plane.set({ good: { value: 1 }, bad: { value: 1 } })
  expect(outcome.status).toBe('partial_applied')
  await clock.advance(600_000)

  expect(plane.snapshot.generation).toBe(2)
  expect(plane.outcomes.map(({ status }) => status)).toEqual(['partial_applied', 'partial_applied', 'full_success'])
  await plane.close()
})

test('what a module logs has passed through the scrubber, at its start and ever after', async () => {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const logger = { debug: write, info: write, warn: write, error: write }
  const chatty = defineModule({
    name: 'chatty',
    config: config.section('bad'),
    start: ({ config: { key }, log }) => {
      log.info(`starting with ${key.reveal()}`)
      return { say: () => log.info(`still with ${key.reveal()}`) }
    },
    stop: ({ log }) => log.info('stopping with hunter2-first or hunter2-second'),
  })
  const tree = { bad: { key: 'hunter2-first' } }
  const plane = await createTestPlane(config, { tree, modules: [chatty], logger, clock: createManualClock() })
  await plane.use(chatty, ({ say }) => say())
  await plane.set({ bad: { key: 'hunter2-second' } })
  await plane.use(chatty, ({ say }) => say())
  await plane.close()

  expect(lines.filter((line) => line.includes('with')).length).toBeGreaterThan(4)
  expect(lines.join('\n')).not.toContain('hunter2')
})

test('the error of a boot that failed carries what was thrown without the secret in it', async () => {
  const failing = defineModule({
    name: 'failing',
    config: config.section('bad'),
    start: ({ config: { key } }) => {
      throw new RangeError(`no luck with ${key.reveal()}`)
    },
  })
  const tree = { bad: { key: 'hunter2-boot' } }
  const error: unknown = await createTestPlane(config, { tree, modules: [failing] }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'module_failed',
    cause: { name: 'RangeError', message: 'no luck with [secret]' },
  })
  const { cause } = error as Error
  expect(`${(error as Error).stack} ${(cause as Error).stack}`).not.toContain('hunter2')
})

test('a digest that is shown can not be found by trying what a short secret may be', async () => {
  const first = await createTestPlane(config, { tree: { bad: { key: '1234' } } })
  const second = await createTestPlane(config, { tree: { bad: { key: '1234' } } })
  expect(first.lastOutcome?.digest).toBeDefined()
  expect(first.lastOutcome?.digest).not.toBe(second.lastOutcome?.digest)
  expect(first.sources[0]?.revision).not.toBe(second.sources[0]?.revision)
  await Promise.all([first.close(), second.close()])
})

test('a path that the schema does not have is refused where it is watched', async () => {
  const plane = await createTestPlane(config)
  const watch: (path: never, listener: () => void) => unknown = plane.watch.bind(plane)
  expect(() => watch('bad.valu' as never, () => {})).toThrow(/Did you mean bad\.value/)
  await plane.close()
})

/** `good` takes everything and counts its undos; `bad` takes nothing until it is healed. */
async function startBestEffort(verdict: Verdict) {
  const clock = createManualClock()
  const note = { broken: true, undone: 0, last: 0 }
  const counting = defineModule({
    name: 'good',
    config: config.section('good'),
    start: () => ({}),
    reload: ({ next }) => {
      note.last = next.value
      return () => void (note.undone += 1)
    },
  })
  const bad = defineModule({
    name: 'bad',
    config: config.section('bad'),
    start: () => ({}),
    reload: ({ next, previous }) => {
      if (note.broken && next.value > previous.value) throw new Error('not yet')
    },
  })
  let answer: Verdict = { kind: 'stable' }
  const judge: Judge = { judge: () => Promise.resolve(answer) }
  const plane = await createTestPlane(config, {
    modules: [counting, bad],
    clock,
    reload: { apply: 'bestEffort' },
    bake: { judge },
  })
  await clock.advance(0)
  answer = verdict
  const set = async (value: number) => {
    const outcome = plane.set({ good: { value }, bad: { value } })
    await clock.advance(1_000)
    return outcome
  }
  return { plane, clock, note, set }
}

test('no more than eight undos are stacked: the last place is for a commit that can be judged', async () => {
  const { plane, note, set } = await startBestEffort({ kind: 'unhealthy', reasons: ['worse'] })
  const statuses: string[] = []
  for (let value = 1; value <= 12; value += 1) statuses.push((await set(value)).status)
  expect(statuses).toEqual([...Array(7).fill('partial_applied'), ...Array(5).fill('rolled_back')])
  // What came after the seventh was taken back at once, and is neither in force nor stacked.
  expect(plane.config.good.value).toBe(7)

  note.broken = false
  note.undone = 0
  expect(await set(13)).toMatchObject({ status: 'rolled_back', cause: { kind: 'unhealthy' } })
  expect(note).toMatchObject({ undone: 8, last: 13 })
  expect(plane.config.good.value).toBe(0)
  await plane.close()
})

test('a change that leaves nothing outstanding is never kept out by partial ones', async () => {
  const { plane, note, set } = await startBestEffort({ kind: 'stable' })
  for (let value = 1; value <= 9; value += 1) await set(value)
  note.broken = false
  expect((await set(10)).status).toBe('full_success')
  note.broken = true
  expect((await set(11)).status).toBe('partial_applied')
  await plane.close()
})
