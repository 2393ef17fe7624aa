import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { type BucketRules, TokenBuckets } from './token-buckets.ts'

const rules: BucketRules = { perSecond: 10, burst: 5, maxKeys: 100 }

describe('token buckets', () => {
  it('let a quiet key take its burst at once, and say when the next call may come', async () => {
    const clock = createManualClock()
    const buckets = new TokenBuckets(clock, rules)
    expect(buckets.take('a', 4)).toEqual({ allowed: true, remaining: 1, retryAfter: 0 })
    expect(buckets.take('a', 1)).toEqual({ allowed: true, remaining: 0, retryAfter: 0 })
    expect(buckets.take('a', 2)).toEqual({ allowed: false, remaining: 0, retryAfter: 200 })
    await clock.advance(199)
    expect(buckets.take('a', 2)).toMatchObject({ allowed: false, retryAfter: 1 })
    await clock.advance(1)
    expect(buckets.take('a', 2)).toMatchObject({ allowed: true })
  })

  it('count each key for itself', () => {
    const buckets = new TokenBuckets(createManualClock(), rules)
    buckets.take('a', 5)
    expect(buckets.take('a').allowed).toBe(false)
    expect(buckets.take('b').allowed).toBe(true)
    expect(buckets.take('__proto__').allowed).toBe(true)
  })

  it('never let a call pass that costs more than the burst, and take nothing for it', () => {
    const buckets = new TokenBuckets(createManualClock(), rules)
    expect(buckets.take('a', 6)).toEqual({ allowed: false, remaining: 5, retryAfter: Infinity })
    expect(buckets.take('a', 5).allowed).toBe(true)
  })

  it('keep what was taken when the rules change, back and forth', async () => {
    const clock = createManualClock()
    const buckets = new TokenBuckets(clock, rules)
    buckets.take('a', 5)
    await clock.advance(100)
    // One token has come back at the old pace, whatever the new one is.
    buckets.change({ ...rules, perSecond: 1, burst: 8 })
    expect(buckets.take('a', 0).remaining).toBe(4)
    buckets.take('a', 4)
    expect(buckets.take('a', 1).retryAfter).toBe(1_000)
    buckets.change(rules)
    expect(buckets.take('a', 0).remaining).toBe(0)
    await clock.advance(400)
    expect(buckets.take('a', 1).allowed).toBe(true)
  })

  it('forget the key that was quiet the longest when there are too many', () => {
    const buckets = new TokenBuckets(createManualClock(), { ...rules, maxKeys: 2 })
    buckets.take('a', 5)
    buckets.take('b', 5)
    buckets.take('a', 0)
    buckets.take('c', 5)
    expect(buckets.size).toBe(2)
    expect(buckets.take('a').allowed).toBe(false)
    expect(buckets.take('b').allowed).toBe(true)
  })

  it('forget nobody for a smaller number of keys until somebody new comes', () => {
    const buckets = new TokenBuckets(createManualClock(), rules)
    for (const key of ['a', 'b', 'c']) buckets.take(key, 5)
    buckets.change({ ...rules, maxKeys: 1 })
    buckets.change(rules)
    expect(buckets.size).toBe(3)
  })

  it('use no room for a key whose bucket is full', async () => {
    const clock = createManualClock()
    const buckets = new TokenBuckets(clock, rules)
    buckets.take('a', 1)
    expect(buckets.size).toBe(1)
    await clock.advance(100)
    buckets.take('a', 0)
    expect(buckets.size).toBe(0)
  })

  it('are not moved by a wall clock that jumps', async () => {
    const clock = createManualClock()
    const buckets = new TokenBuckets(clock, rules)
    buckets.take('a', 5)
    clock.jumpWall(600_000)
    expect(buckets.take('a').allowed).toBe(false)
  })

  it.each([-1, Number.NaN])('refuse a cost of %s', (cost) => {
    const take = () => new TokenBuckets(createManualClock(), rules).take('a', cost)
    expect(take).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
  })

  it('never allow more than the burst and what came back, and always allow after retryAfter', async () => {
    const times = fc.array(fc.tuple(fc.nat(3_000), fc.double({ min: 0, max: 6, noNaN: true })), { maxLength: 30 })
    const anyRules = fc.record({
      perSecond: fc.double({ min: 0.000_1, max: 1_000_000, noNaN: true }),
      burst: fc.integer({ min: 1, max: 50 }),
      maxKeys: fc.constant(10),
    })
    await fc.assert(
      fc.asyncProperty(anyRules, times, async (some, calls) => {
        const clock = createManualClock()
        const buckets = new TokenBuckets(clock, some)
        let taken = 0
        for (const [wait, cost] of calls) {
          await clock.advance(wait)
          const { allowed, retryAfter } = buckets.take('a', cost)
          if (allowed) taken += cost
          expect(taken).toBeLessThanOrEqual(some.burst * 1.001 + (clock.monotonic() * some.perSecond) / 1_000 + 1e-6)
          if (!allowed && retryAfter < 2 ** 31) {
            await clock.advance(retryAfter)
            expect(buckets.take('a', cost).allowed).toBe(true)
            taken += cost
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('rules of one key', () => {
  it('hold for that key alone, and keep what was taken', async () => {
    const clock = createManualClock()
    const buckets = new TokenBuckets(clock, rules)
    for (const key of ['a', 'b']) buckets.take(key, 5)
    buckets.changeFor('a', { ...rules, perSecond: 100, burst: 20 })
    expect(buckets.take('a', 15).allowed).toBe(true)
    expect(buckets.take('b', 1).allowed).toBe(false)
    await clock.advance(100)
    expect(buckets.take('a', 0).remaining).toBe(10)
    expect(buckets.take('b', 0).remaining).toBe(1)
  })

  it('stand when those of all change, and end with undefined', () => {
    const buckets = new TokenBuckets(createManualClock(), rules)
    buckets.changeFor('a', { ...rules, burst: 20 })
    buckets.change({ ...rules, burst: 3 })
    expect(buckets.take('a', 0).remaining).toBe(20)
    buckets.changeFor('a', { ...rules, burst: 3 })
    expect(buckets.ownRulesOf('a')).toBeUndefined()
    expect(buckets.take('a', 0).remaining).toBe(3)
  })
})
