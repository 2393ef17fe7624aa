import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { createManualClock } from '../../packages/trimtab/src/testing/manual-clock.ts'
import { expect, test } from 'vitest'
import { createHealth } from '../../packages/trimtab/src/health/create-health.ts'
import { silentLogger } from '../../packages/trimtab/src/primitives/logger.ts'
import { seededRandom } from '../support/seeded-random.ts'

type Step =
  | { readonly kind: 'check'; readonly fresh: boolean; readonly callers: number }
  | { readonly kind: 'wait'; readonly time: number }
  | { readonly kind: 'add' | 'remove'; readonly index: number }

const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ kind: fc.constant('check'), fresh: fc.boolean(), callers: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant('wait'), time: fc.integer({ min: 0, max: 3_000 }) }),
  fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), index: fc.nat(5) }),
)

test('whoever asks whatever and whenever: one run of a check at a time, and every answer comes in time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer(), async (steps, seed) => {
      const clock = createManualClock()
      const random = seededRandom(seed)
      const health = createHealth({ clock, random, generation: () => 1, logger: silentLogger })
      const removers = new Map<number, () => void>()
      let overlaps = 0
      let late = 0
      let waiting = 0
      const add = (index: number) => {
        if (removers.has(index)) return
        let running = 0
        const run = async () => {
          running += 1
          if (running > 1) overlaps += 1
          const chance = random()
          if (chance < 0.1) await new Promise(() => {})
          await new Promise<void>((resolve) => clock.schedule(Math.floor(random() * 2_000), resolve))
          running -= 1
          if (chance < 0.3) throw new Error('down')
        }
        removers.set(index, health.add({ name: `check${index}`, run, timeout: 1_000 }))
      }
      const ask = async (fresh: boolean) => {
        const from = clock.monotonic()
        waiting += 1
        const { reports } = await health.check({ fresh })
        waiting -= 1
        if (clock.monotonic() - from > 1_000) late += 1
        expect(Object.isFrozen(reports)).toBe(true)
      }
      for (const each of steps) {
        switch (each.kind) {
          case 'check':
            for (let caller = 0; caller < each.callers; caller += 1) void ask(each.fresh)
            break
          case 'wait':
            await clock.advance(each.time)
            break
          case 'add':
            add(each.index)
            break
          case 'remove':
            removers.get(each.index)?.()
            removers.delete(each.index)
            break
          default:
            each satisfies never
        }
      }
      await clock.advance(1_000)
      expect({ overlaps, late, waiting }).toEqual({ overlaps: 0, late: 0, waiting: 0 })
      const names = health.answer.reports.map(({ check }) => check)
      expect(names).toEqual([...removers.keys()].map((index) => `check${index}`))
      const closed = health.close()
      await clock.advance(5_000)
      await closed
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('a check that never settles for 1,000 periods costs one run and no memory', async () => {
  const clock = createManualClock()
  const health = createHealth({ clock, random: () => 0, generation: () => 1, logger: silentLogger })
  let runs = 0
  health.add({
    name: 'stuck',
    run() {
      runs += 1
      return new Promise(() => {})
    },
  })
  const periods = async (count: number) => {
    for (let period = 0; period < count; period += 1) {
      void health.check({ fresh: true })
      await clock.advance(5_000)
    }
  }
  await periods(200)
  const before = heapInUse()
  await periods(1_000)
  expect(heapInUse() - before).toBeLessThan(1_000_000)
  expect(runs).toBe(1)
  expect(health.answer.reports).toMatchObject([{ status: 'unhealthy', timedOut: true }])
  await health.close()
})

/** Bytes in use after everything that is garbage has been collected. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('This engine collects nothing on request.')
  collect()
  return process.memoryUsage().heapUsed
}
