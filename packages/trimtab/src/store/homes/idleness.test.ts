import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createIdleness } from './idleness.ts'

test('is idle after a time and at most a quarter more, and never while it is used', async () => {
  const idleAfter = 1_000
  const gaps = fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(gaps, async (waits) => {
      const clock = createManualClock()
      let isWatched = false
      let isIdle = false
      const idleness = createIdleness({
        clock,
        idleAfter,
        watch: () => (isWatched = true),
        onChange: (next) => {
          expect(next).not.toBe(isIdle)
          isIdle = next
        },
      })
      for (const wait of waits) {
        await clock.advance(wait)
        if (wait < idleAfter) expect(isIdle).toBe(false)
        if (wait > 1.5 * idleAfter) expect(isIdle).toBe(true)
        // Only the first use after a look is told.
        if (isWatched) idleness.used()
        isWatched = false
        expect(isIdle).toBe(false)
        await clock.advance(0)
        idleness.used()
      }
      idleness.close()
      expect(clock.pending).toBe(0)
    }),
  )
})
