import * as fc from 'fast-check'
import { createPlane, defineConfig, dynamic, type Outcome } from 'trimtab'
import { createManualClock, createRecording, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { settle } from '../support/settle.ts'
import { onOutcome } from '../support/next-event.ts'

const config = defineConfig(z.object({ app: dynamic(z.object({ value: z.number() })) }))

/** What may happen to the queue, in any order. */
type Move =
  | { readonly kind: 'edit' }
  | { readonly kind: 'reload'; readonly dryRun: boolean }
  | { readonly kind: 'wanted'; readonly abandonAfter: number }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  | { readonly kind: 'advance'; readonly milliseconds: number }

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.constant<Move>({ kind: 'edit' }),
  fc.boolean().map((dryRun): Move => ({ kind: 'reload', dryRun })),
  fc.integer({ min: 0, max: 40 }).map((abandonAfter): Move => ({ kind: 'wanted', abandonAfter })),
  fc.integer({ min: 0, max: 30 }).map((milliseconds): Move => ({ kind: 'slow', milliseconds })),
  fc.integer({ min: 0, max: 50 }).map((milliseconds): Move => ({ kind: 'advance', milliseconds })),
)

test('the newest content is in force when the queue is empty, and every caller has heard', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 30 }), async (moves) => {
      const clock = createManualClock()
      const recording = createRecording()
      const module = recording.module({ name: 'app', config: config.section('app'), reloads: true })
      const source = scriptedSource({ tree: { app: { value: 0 } } })
      const plane = await createPlane({ config, sources: [source], modules: [module], clock, logger: false })
      const seen: number[] = []
      plane.watch('app.value', ({ next }) => seen.push(next))
      let passes = 0
      plane.events.on((event) => {
        if (event.type === 'dev.trimtab.reload.completed') passes += 1
      })

      let value = 0
      const answers: Promise<Outcome | 'abandoned'>[] = []
      const ask = (signal?: AbortSignal, dryRun = false) => {
        const answer = plane.reload({ dryRun, ...(signal === undefined ? {} : { signal }) })
        answers.push(answer.catch(() => 'abandoned' as const))
      }
      for (const each of moves) {
        switch (each.kind) {
          case 'edit':
            value += 1
            source.set({ app: { value } })
            break
          case 'reload':
            ask(undefined, each.dryRun)
            break
          case 'wanted': {
            const controller = new AbortController()
            ask(controller.signal)
            clock.schedule(each.abandonAfter, () => controller.abort())
            break
          }
          case 'slow': {
            const { milliseconds } = each
            const waiting = new Promise<void>((resolve) => clock.schedule(milliseconds, resolve))
            recording.script('app', 'reload', { kind: 'wait', promise: waiting })
            break
          }
          case 'advance':
            await clock.advance(each.milliseconds)
            break
          default:
            each satisfies never
        }
      }
      const outcomes = await settle(clock, Promise.all(answers))
      await settle(clock, plane.reload())

      expect(plane.config.app.value).toBe(value)
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
      expect(new Set(seen).size).toBe(seen.length)
      for (const outcome of outcomes) {
        if (outcome === 'abandoned') continue
        expect(['full_success', 'unchanged', 'rolled_back']).toContain(outcome.status)
      }
      // One pass at a time and at most one waiting: callers share, so that there are never more passes than causes.
      expect(passes).toBeLessThanOrEqual(moves.length + 2)
      await settle(clock, plane.close())
      // What is left are the moves' own timers.
      await clock.advance(100)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 1_000 },
  )
}, 300_000)

test('ten reloads and ten wake-ups during one that runs make at most one more', async () => {
  const clock = createManualClock()
  const recording = createRecording()
  const module = recording.module({ name: 'app', config: config.section('app'), reloads: true })
  const source = scriptedSource({ tree: { app: { value: 0 } } })
  const plane = await createPlane({ config, sources: [source], modules: [module], clock, logger: false })
  const outcomes: Outcome[] = []
  onOutcome(plane, (outcome) => outcomes.push(outcome))
  let open = () => {}
  recording.script('app', 'reload', { kind: 'wait', promise: new Promise<void>((resolve) => (open = resolve)) })
  source.set({ app: { value: 1 } })
  await clock.advance(0)

  recording.script('app', 'reload', { kind: 'ok' })
  for (let count = 2; count <= 11; count += 1) source.set({ app: { value: count } })
  const callers = Array.from({ length: 10 }, () => plane.reload())
  open()
  const answers = await settle(clock, Promise.all(callers))

  expect(outcomes).toHaveLength(2)
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
  expect(plane.config.app.value).toBe(11)
  await plane.close()
})
