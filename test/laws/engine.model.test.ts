import * as fc from 'fast-check'
import {
  createPlane,
  defineConfig,
  defineModule,
  dynamic,
  type Judge,
  type Outcome,
  type Problem,
  type Verdict,
} from 'trimtab'
import { createManualClock, type ManualClock, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { EngineModel, isFailing, isHealthy, type ModelVerdict, verdicts } from './engine-model.ts'
import { onOutcome } from '../support/next-event.ts'

const config = defineConfig(z.object({ app: dynamic(z.object({ value: z.number() })) }))

type Move =
  | { readonly kind: 'edit'; readonly value: number }
  | { readonly kind: 'break' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'verdict'; readonly verdict: ModelVerdict }
  | { readonly kind: 'advance'; readonly milliseconds: number }

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 }).map((value): Move => ({ kind: 'edit', value })) },
  { weight: 1, arbitrary: fc.constant<Move>({ kind: 'break' }) },
  { weight: 2, arbitrary: fc.constant<Move>({ kind: 'reload' }) },
  { weight: 3, arbitrary: fc.constantFrom(...verdicts).map((verdict): Move => ({ kind: 'verdict', verdict })) },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 20_000 }).map((milliseconds): Move => ({ kind: 'advance', milliseconds })),
  },
)

/** Takes even values; refuses 3; fails on 4; fails on 5 and can't be taken back from it. */
const app = defineModule({
  name: 'app',
  config: config.section('app'),
  start: ({ config: { value } }) => {
    if (isFailing(value)) throw new Error('cannot start on this')
    return { value, stopped: false }
  },
  check: ({ next }) => {
    if (next.value === 3) throw new Error('refused')
  },
  reload: ({ next, previous, resource }) => {
    if (isFailing(next.value) || previous.value === 5) throw new Error('cannot take this')
    resource.value = next.value
  },
  stop: ({ resource }) => {
    resource.stopped = true
  },
})

const isWarning = ({ code }: Problem): boolean => code === 'kept_unhealthy'

/** A judge that decides when the test says so. */
function scriptedJudge(): Judge & { decide(verdict: Verdict): void } {
  let open: ((verdict: Verdict) => void) | undefined
  return {
    judge: () => new Promise<Verdict>((resolve) => (open = resolve)),
    decide: (verdict) => open?.(verdict),
  }
}

function verdictOf(verdict: ModelVerdict): Verdict {
  if (verdict === 'good') return { kind: 'stable' }
  return { kind: 'unhealthy', reasons: ['it is down'], failedBefore: verdict === 'as_bad' }
}

async function boot(clock: ManualClock, isProved: boolean) {
  const source = scriptedSource({ tree: { app: { value: 0 } } })
  const judge = scriptedJudge()
  const plane = await createPlane({
    config,
    sources: [source],
    modules: [app],
    bake: { judge },
    breaker: { spacing: 1 },
    clock,
    random: () => 0.5,
    logger: false,
  })
  if (isProved) judge.decide({ kind: 'stable' })
  await clock.advance(0)
  const settled: Outcome[] = []
  onOutcome(plane, (outcome) => settled.push(outcome))
  return { plane, source, judge, settled }
}

test('the engine does what the model says: reloads, failures, breaker, bake, superseding, ways back', async () => {
  const reached = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), fc.boolean(), async (moves, isProved) => {
      const clock = createManualClock()
      const { plane, source, judge, settled } = await boot(clock, isProved)
      const model = new EngineModel(isProved)
      const callers: Promise<unknown>[] = []

      for (const each of moves) {
        // Other content right after a failure waits a moment: here it always has.
        await clock.advance(1)
        model.advance(1)
        switch (each.kind) {
          case 'edit':
            source.set({ app: { value: each.value } })
            model.edit(each.value)
            break
          case 'break':
            source.fail({ code: 'unreadable', severity: 'error', message: 'broken' })
            model.edit(undefined)
            break
          case 'reload':
            callers.push(plane.reload().catch(() => {}))
            model.reload(true)
            break
          case 'verdict':
            judge.decide(verdictOf(each.verdict))
            model.verdict(each.verdict)
            break
          case 'advance':
            await clock.advance(each.milliseconds)
            model.advance(each.milliseconds)
            break
          default:
            each satisfies never
        }
        await clock.advance(0)

        expect(settled.map(({ status }) => status)).toEqual(model.settled)
        expect(settled.filter(({ problems }) => problems.some(isWarning)).length).toBe(model.warned)
        expect(plane.config.app.value).toBe(model.committed)
        expect(plane.snapshot.generation).toBe(model.generation)
        const { state } = plane
        if (state.kind !== 'running') throw new Error('The plane does not run')
        expect(state.baking).toBe(model.unproved.length > 0)
        expect(state.stuck.length > 0).toBe(model.stuck)
        expect(state.breaker.kind).toBe(model.breakerKind)
        if (!model.stuck) {
          expect(await plane.use(app, ({ value, stopped }) => ({ value, stopped }))).toEqual({
            value: model.committed,
            stopped: false,
          })
        }
        if (!model.stuck) expect(isHealthy(model.committed)).toBe(true)
      }
      reached.set('warned', (reached.get('warned') ?? 0) + model.warned)
      for (const status of model.settled) reached.set(status, (reached.get(status) ?? 0) + 1)

      await plane.close()
      await Promise.all(callers)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 1_000 },
  )
  // A model that never leaves its first state would prove nothing.
  for (const status of [
    'unchanged',
    'full_success',
    'validation_failed',
    'load_failed',
    'rolled_back',
    'stuck',
    'circuit_open',
    'warned',
  ]) {
    expect(reached.get(status) ?? 0, status).toBeGreaterThan(20)
  }
}, 300_000)
