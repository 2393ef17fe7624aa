import * as fc from 'fast-check'
import { createManualClock } from '../../packages/trimtab/src/testing/manual-clock.ts'
import { expect, test } from 'vitest'
import { type HealthStatus, healthStatuses } from '../../packages/trimtab/src/health/check.ts'
import { createHealth } from '../../packages/trimtab/src/health/create-health.ts'
import { Damping } from '../../packages/trimtab/src/health/damping.ts'
import { severityOf } from '../../packages/trimtab/src/health/finding/severity.ts'
import { silentLogger } from '../../packages/trimtab/src/primitives/logger.ts'
import { seededRandom } from '../support/seeded-random.ts'

const period = 5_000
const roundsAnHour = 3_600_000 / period
const defaults = { fall: 4, rise: 4 }

test.each([
  [0.1, 1.5],
  [0.2, 10],
  [0.5, 25],
])('at %d noise a check moves at most %d times an hour', (noise, most) => {
  const hours = 1_000
  const random = seededRandom(Math.round(noise * 100))
  const damping = new Damping(defaults)
  damping.observe('healthy')
  let moves = 0
  for (let round = 0; round < hours * roundsAnHour; round += 1) {
    const before = damping.status
    if (damping.observe(random() < noise ? 'unhealthy' : 'healthy') !== before) moves += 1
  }
  expect(moves / hours).toBeLessThanOrEqual(most)
})

const status = fc.constantFrom<HealthStatus>(...healthStatuses)
const settings = fc.record({ fall: fc.integer({ min: 1, max: 6 }), rise: fc.integer({ min: 1, max: 6 }) })

test('what counts is the mildest of `fall` worse ones in a row, or the worst of `rise` better ones', () => {
  fc.assert(
    fc.property(settings, fc.array(status, { minLength: 1, maxLength: 60 }), ({ fall, rise }, observed) => {
      const damping = new Damping({ fall, rise })
      let expected = severityOf(observed[0] ?? 'unknown')
      observed.forEach((each, index) => {
        const ending = (count: number) => observed.slice(Math.max(0, index + 1 - count), index + 1).map(severityOf)
        const worse = Math.min(...ending(fall))
        const better = Math.max(...ending(rise))
        if (index > 0 && index + 1 >= fall && worse > expected) expected = worse
        else if (index > 0 && index + 1 >= rise && better < expected) expected = better
        expect(severityOf(damping.observe(each))).toBe(expected)
      })
    }),
    { numRuns: 500 },
  )
})

test('a hard outage is seen within fall × interval + timeout, whenever it comes and however it shows', async () => {
  const hang = () => new Promise<never>(() => {})
  const obedient = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
  const ways = fc.constantFrom<(signal: AbortSignal) => unknown>(
    hang,
    obedient,
    () => false,
    () => Promise.reject(new Error('down')),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.record({ fall: fc.integer({ min: 1, max: 5 }), interval: fc.integer({ min: 100, max: 2_000 }) }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 5_000 }),
      ways,
      async ({ fall, interval }, share, outageAfter, fail) => {
        const clock = createManualClock()
        const timeout = Math.ceil(interval * share)
        const health = createHealth({ clock, random: () => 0.3, generation: () => 1, logger: silentLogger })
        let isDown = false
        // What a broken check gives is of any kind.
        const run = ({ signal }: { signal: AbortSignal }) => (isDown ? fail(signal) : true) as boolean
        health.add({ name: 'db', run, fall, interval, timeout })
        let seenAt: number | undefined
        health.events.on((event) => {
          if (event.kind === 'transition' && event.report.status === 'unhealthy') seenAt = clock.monotonic()
        })
        await clock.advance(interval + outageAfter)
        isDown = true
        const from = clock.monotonic()
        await clock.advance(fall * interval + timeout)
        expect(seenAt).toBeDefined()
        expect((seenAt ?? Infinity) - from).toBeLessThanOrEqual(fall * interval + timeout)
        const closed = health.close()
        await clock.advance(timeout)
        await closed
      },
    ),
    { numRuns: 60 },
  )
})
