import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { sleep, systemClock } from '../primitives/time/clock.ts'
import { createManualClock } from './manual-clock.ts'

describe('a manual clock', () => {
  it('stands still until it is advanced', async () => {
    const clock = createManualClock()
    let fired = false
    clock.schedule(0, () => {
      fired = true
    })
    await new Promise<void>((resolve) => systemClock.schedule(2, resolve))
    expect(fired).toBe(false)
    expect(clock.monotonic()).toBe(0)
    await clock.advance(0)
    expect(fired).toBe(true)
  })

  it('starts the wall clock where it is told and moves both times together', async () => {
    const clock = createManualClock({ start: 5_000 })
    await clock.advance(250)
    expect(clock.now()).toBe(5_250)
    expect(clock.monotonic()).toBe(250)
  })

  it('fires timers in the order of their due times, each at its own time, equal ones as scheduled', async () => {
    const clock = createManualClock()
    const seen: string[] = []
    const note = (name: string) => () => seen.push(`${name}@${clock.monotonic()}`)
    clock.schedule(30, note('c'))
    clock.schedule(10, note('a'))
    clock.schedule(20, note('b1'))
    clock.schedule(20, note('b2'))
    clock.schedule(31, note('too late'))
    await clock.advance(30)
    expect(seen).toEqual(['a@10', 'b1@20', 'b2@20', 'c@30'])
    expect(clock.pending).toBe(1)
    expect(clock.untilNext).toBe(1)
  })

  it('lets promises settle between timers, so that what a timer begins can schedule the next', async () => {
    const clock = createManualClock()
    const times: number[] = []
    const work = (async () => {
      for (let round = 0; round < 5; round += 1) {
        await sleep(clock, 100)
        times.push(clock.monotonic())
      }
    })()
    await clock.advance(500)
    expect(times).toEqual([100, 200, 300, 400, 500])
    await work
  })

  it('lets code pass through immediates between timers', async () => {
    const clock = createManualClock()
    const times: number[] = []
    const work = (async () => {
      for (let round = 0; round < 3; round += 1) {
        await new Promise((resolve) => setImmediate(resolve))
        await new Promise((resolve) => setImmediate(resolve))
        await sleep(clock, 10)
        times.push(clock.monotonic())
      }
    })()
    await clock.advance(30)
    expect(times).toEqual([10, 20, 30])
    await work
  })

  it('takes in work that began just before the call', async () => {
    const clock = createManualClock()
    const begun = Promise.resolve()
      .then(() => undefined)
      .then(() => sleep(clock, 50))
    await clock.advance(50)
    await expect(begun).resolves.toBeUndefined()
  })

  it('does not fire a cancelled timer, and cancelling twice or after the call is harmless', async () => {
    const clock = createManualClock()
    let calls = 0
    const cancelled = clock.schedule(10, () => {
      calls += 1
    })
    const fired = clock.schedule(10, () => {
      calls += 1
    })
    cancelled.cancel()
    cancelled.cancel()
    expect(clock.pending).toBe(1)
    await clock.advance(10)
    fired.cancel()
    expect(calls).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('does not fire a timer that an earlier one of the same instant cancels', async () => {
    const clock = createManualClock()
    let fired = false
    clock.schedule(10, () => second.cancel())
    const second = clock.schedule(10, () => {
      fired = true
    })
    await clock.advance(10)
    expect(fired).toBe(false)
  })

  it('runs the next timer alone, however far away', async () => {
    const clock = createManualClock()
    const seen: number[] = []
    clock.schedule(86_400_000, () => seen.push(1))
    clock.schedule(86_400_000, () => seen.push(2))
    expect(await clock.runNext()).toBe(true)
    expect(seen).toEqual([1])
    expect(clock.monotonic()).toBe(86_400_000)
    expect(await clock.runNext()).toBe(true)
    expect(await clock.runNext()).toBe(false)
    expect(clock.monotonic()).toBe(86_400_000)
  })

  it('jumps the wall clock without touching monotonic time or timers', async () => {
    const clock = createManualClock({ start: 1_000_000 })
    let fired = false
    clock.schedule(100, () => {
      fired = true
    })
    clock.jumpWall(-600_000)
    expect(clock.now()).toBe(400_000)
    expect(clock.monotonic()).toBe(0)
    await clock.advance(0)
    expect(fired).toBe(false)
    await clock.advance(100)
    expect(fired).toBe(true)
    expect(clock.now()).toBe(400_100)
  })

  it('serves concurrent calls one after another', async () => {
    const clock = createManualClock()
    const times: number[] = []
    clock.schedule(10, () => times.push(clock.monotonic()))
    clock.schedule(25, () => times.push(clock.monotonic()))
    await Promise.all([clock.advance(10), clock.advance(20), clock.runNext()])
    expect(times).toEqual([10, 25])
    expect(clock.monotonic()).toBe(30)
  })

  it('rejects with what a callback threw, after firing the others', async () => {
    const clock = createManualClock()
    const seen: number[] = []
    clock.schedule(10, () => {
      throw new Error('first')
    })
    clock.schedule(20, () => seen.push(20))
    await expect(clock.advance(20)).rejects.toThrow('first')
    expect(seen).toEqual([20])
    expect(clock.monotonic()).toBe(20)
    clock.schedule(1, () => {
      throw new Error('a')
    })
    clock.schedule(2, () => {
      throw new Error('b')
    })
    await expect(clock.advance(2)).rejects.toBeInstanceOf(AggregateError)
    await expect(clock.advance(1)).resolves.toBeUndefined()
  })

  it('moves under the fake timers of a test runner too', async () => {
    vi.useFakeTimers()
    try {
      const clock = createManualClock()
      const waiting = sleep(clock, 10)
      await clock.advance(10)
      await expect(waiting).resolves.toBeUndefined()
    } finally {
      vi.useRealTimers()
    }
  })

  it('treats a negative delay as none, as setTimeout does', async () => {
    const clock = createManualClock()
    let at: number | undefined
    clock.schedule(-5, () => {
      at = clock.monotonic()
    })
    await clock.advance(0)
    expect(at).toBe(0)
  })

  it('refuses what no real clock could do', () => {
    const clock = createManualClock()
    for (const delay of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(() => clock.schedule(delay, () => {})).toThrow(/is not possible/)
    }
    expect(() => clock.advance(-1)).toThrow(/jumpWall/)
    expect(() => clock.advance(Number.NaN)).toThrow(/finite/)
    expect(() => clock.jumpWall(Number.POSITIVE_INFINITY)).toThrow(/finite/)
    expect(() => createManualClock({ start: Number.NaN })).toThrow(/finite/)
    expect(clock.pending).toBe(0)
  })

  it('gives the same order whether time moves in one step or in many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 12 }),
        fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }),
        async (timers, steps) => {
          const run = async (moves: readonly number[]) => {
            const clock = createManualClock()
            const seen: string[] = []
            timers.forEach(([first, second], index) => {
              clock.schedule(first, () => {
                seen.push(`${index}@${clock.monotonic()}`)
                void sleep(clock, second).then(() => seen.push(`${index}'@${clock.monotonic()}`))
              })
            })
            for (const step of moves) await clock.advance(step)
            return seen
          }
          const total = steps.reduce((sum, step) => sum + step, 0)
          expect(await run(steps)).toEqual(await run([total]))
        },
      ),
      { numRuns: 200 },
    )
  })
})
