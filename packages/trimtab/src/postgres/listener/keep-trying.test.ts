import { expect, it } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { keepTrying } from './keep-trying.ts'
import { usualTimings } from './timings.ts'

/** Runs that each take the given time, until so many have begun; gives when each began. */
async function startsOf(durations: readonly number[], random: () => number): Promise<readonly number[]> {
  const clock = createManualClock()
  const controller = new AbortController()
  const starts: number[] = []
  const run = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      starts.push(clock.monotonic())
      const duration = durations[starts.length - 1]
      if (duration === undefined || signal.aborted) {
        controller.abort()
        resolve()
      } else clock.schedule(duration, resolve)
    })
  const done = keepTrying(run, controller.signal, { clock, random, timings: usualTimings })
  while (!controller.signal.aborted) await clock.advance(50)
  await done
  return starts.map((start) => start - (starts[0] ?? 0))
}

const gaps = (starts: readonly number[]) => starts.slice(1).map((start, index) => start - (starts[index] ?? 0))

it('waits ever longer, up to 4 s, and is not fooled by a connection that dies at once', async () => {
  const delays = gaps(
    await startsOf(
      Array.from({ length: 12 }, () => 50),
      () => 0.999,
    ),
  )
  expect(delays.slice(0, 6)).toEqual([...delays.slice(0, 6)].sort((a, b) => a - b))
  expect(delays.slice(7).every((delay) => delay >= 3_900 && delay <= 4_100)).toBe(true)
})

it('stays spread at the cap', async () => {
  let seed = 1
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const delays = gaps(
    await startsOf(
      Array.from({ length: 60 }, () => 0),
      random,
    ),
  ).slice(8)
  const quarters = [0, 1, 2, 3].map(
    (at) => delays.filter((delay) => Math.floor(Math.min(delay, 3_999) / 1_000) === at).length,
  )
  expect(Math.min(...quarters)).toBeGreaterThan(3)
  expect(Math.max(...delays)).toBeLessThanOrEqual(4_100)
})

it('begins anew after a run that lasted', async () => {
  const [, , , afterLong] = gaps(await startsOf([50, 50, 50, 60_000, 50], () => 0.999))
  expect(afterLong).toBeLessThanOrEqual(60_150)
})

it('counts the time of an attempt that hangs as part of the delay', async () => {
  const delays = gaps(
    await startsOf(
      Array.from({ length: 10 }, () => 1_500),
      () => 0.999,
    ),
  )
  expect(Math.max(...delays)).toBeLessThanOrEqual(4_100)
})

it('ends at once, also while it waits', async () => {
  const clock = createManualClock()
  const controller = new AbortController()
  let runs = 0
  const run = async () => {
    runs += 1
  }
  const done = keepTrying(run, controller.signal, { clock, random: () => 0.999, timings: usualTimings })
  await clock.advance(10)
  controller.abort()
  await done
  expect(runs).toBe(1)
  expect(clock.pending).toBe(0)
})
