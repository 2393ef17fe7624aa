import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHealth, type HealthParts } from '../../packages/trimtab/src/health/create-health.ts'
import { silentLogger } from '../../packages/trimtab/src/primitives/logger.ts'
import { siblingPhase } from '../../packages/trimtab/src/primitives/time/phase.ts'
import { createManualClock } from '../../packages/trimtab/src/testing/manual-clock.ts'
import { seededRandom } from '../support/seeded-random.ts'

const period = 5_000
const rounds = 3
const fleet = 100

/** The most that lie within any 100 ms. */
function crowd(starts: readonly number[]): number {
  const inOrder = [...starts].sort(ascending)
  let most = 0
  let first = 0
  for (let last = 0; last < inOrder.length; last += 1) {
    while ((inOrder[last] ?? 0) - (inOrder[first] ?? 0) >= 100) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}

/** The starts of one check in a fleet that begins at one moment. */
function startsOf(phases: readonly number[]): readonly number[] {
  return phases.flatMap((phase) =>
    Array.from({ length: rounds }, (_, round) => round * period + Math.floor(phase * period)),
  )
}

/** As above, as it really runs: one health for each of a hundred instances on one clock. */
async function run(partsOf: (index: number) => Pick<HealthParts, 'random' | 'phase'>): Promise<readonly number[]> {
  const clock = createManualClock()
  const starts: number[] = []
  const instances = Array.from({ length: fleet }, (_, index) => {
    const health = createHealth({ clock, generation: () => 1, logger: silentLogger, ...partsOf(index) })
    health.add({ name: 'db', run: () => void starts.push(clock.monotonic()) })
    return health
  })
  await clock.advance(rounds * period - 1)
  for (const health of instances) await health.close()
  expect(clock.pending).toBe(0)
  return starts
}

/** Where the check begins in the process of this name. Fails where that is left to chance. */
function phaseOf(name: string, pid: number, check: string): number {
  const phase = siblingPhase({ name, pid })?.(check)
  if (phase === undefined) throw new Error(`${name} has no phase of its own.`)
  expect(phase).toBeGreaterThanOrEqual(0)
  expect(phase).toBeLessThan(1)
  return phase
}

// A prefix that ends in a digit would be a part of the number.
const prefix = fc.string({ maxLength: 40 }).filter((text) => !/[0-9]$/.test(text))
const ordinal = fc.integer({ min: 0, max: 999_999_999 - 150 })
const pid = fc.integer({ min: 1, max: 4_194_304 })
const check = fc.string({ minLength: 1, maxLength: 40 })
const inSequence = Array.from({ length: fleet }, (_, index) => index)

test('of 100 instances named in sequence at most 6 ask in any 100 ms, whatever they and their checks are called', () => {
  fc.assert(
    fc.property(prefix, ordinal, pid, check, (family, first, process, what) => {
      const phases = inSequence.map((index) => phaseOf(`${family}${first + index}`, process, what))
      expect(crowd(startsOf(phases))).toBeLessThanOrEqual(6)
    }),
  )
})

test('nor more where a third of the names in the sequence are left out', () => {
  const present = fc.shuffledSubarray(
    Array.from({ length: 150 }, (_, index) => index),
    { minLength: fleet, maxLength: fleet },
  )
  fc.assert(
    fc.property(prefix, ordinal, pid, check, present, (family, first, process, what, ordinals) => {
      const phases = ordinals.map((index) => phaseOf(`${family}${first + index}`, process, what))
      expect(crowd(startsOf(phases))).toBeLessThanOrEqual(6)
    }),
  )
})

test('nor more where 100 processes in sequence share a name, or each has a name and a process of the next number', () => {
  fc.assert(
    fc.property(prefix, ordinal, pid, check, fc.boolean(), (family, first, process, what, isShared) => {
      const phases = inSequence.map((index) =>
        phaseOf(`${family}${isShared ? first : first + index}`, process + index, what),
      )
      expect(crowd(startsOf(phases))).toBeLessThanOrEqual(6)
    }),
  )
})

test('and so they run', async () => {
  const starts = await run((index) => ({ random: () => 0, phase: siblingPhase({ name: `web-${index}`, pid: 1 }) }))
  expect(starts).toHaveLength(rounds * fleet)
  expect(crowd(starts)).toBeLessThanOrEqual(6)
})

const byChance = (seed: number): readonly number[] => {
  const random = seededRandom(seed)
  return inSequence.map(() => random())
}

test('where a name says nothing an instance begins where chance says', async () => {
  const random = seededRandom(0)
  const starts = await run(() => ({ random, phase: siblingPhase({ name: 'web-x', pid: 1 }) }))
  expect([...starts].sort(ascending)).toEqual([...startsOf(byChance(0))].sort(ascending))
})

// Instances don't know of each other: without any phase it would be 100, and 6 need luck.
test('chance makes it 7 in the median of 300 fleets, no more than 6 in fewer than half, and never more than 12', () => {
  const crowds = Array.from({ length: 300 }, (_, seed) => crowd(startsOf(byChance(seed)))).sort(ascending)
  expect(crowds[150]).toBe(7)
  expect(crowds[149]).toBe(7)
  expect(crowds.filter((most) => most <= 6).length).toBeGreaterThan(90)
  expect(crowds.at(-1)).toBeLessThanOrEqual(12)
})

function ascending(one: number, other: number): number {
  return one - other
}
