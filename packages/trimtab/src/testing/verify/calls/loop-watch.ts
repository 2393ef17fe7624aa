import type { Clock, Timer } from '../../../primitives/time/clock.ts'

const tick = 10

/** Measures the longest time the event loop did not turn, from now until the returned function is called: milliseconds. */
export function watchLoop(clock: Clock): () => number {
  let lastTick = clock.monotonic()
  let longest = 0
  let timer: Timer
  const note = () => {
    const now = clock.monotonic()
    longest = Math.max(longest, now - lastTick)
    lastTick = now
  }
  const arm = (): Timer =>
    clock.schedule(tick, () => {
      note()
      timer = arm()
    })
  timer = arm()
  return () => {
    timer.cancel()
    note()
    return longest
  }
}
