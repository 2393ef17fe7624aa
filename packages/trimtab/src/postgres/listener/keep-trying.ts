import { backoffDelay } from '../../primitives/time/backoff.ts'
import { type Clock, sleep } from '../../primitives/time/clock.ts'
import type { Random } from '../../primitives/random.ts'
import type { FeedTimings } from './timings.ts'

/**
 * Runs again whatever ends, until the signal aborts. What a run took is part of the delay before the next one, so that
 * attempts that hang are not further apart than those that fail at once. `run` never rejects.
 */
export async function keepTrying(
  run: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  parts: { readonly clock: Clock; readonly random: Random; readonly timings: FeedTimings },
): Promise<void> {
  const { clock, random, timings } = parts
  const backoff = { initial: timings.reconnect, max: timings.reconnectAtMost }
  let attempt = 0
  while (!signal.aborted) {
    const startedAt = clock.monotonic()
    await run(signal)
    const lasted = clock.monotonic() - startedAt
    const isHealthy = lasted >= timings.healthyAfter
    if (isHealthy) attempt = 0
    const delay = backoffDelay(backoff, attempt, random) - (isHealthy ? 0 : lasted)
    attempt += 1
    try {
      await sleep(clock, Math.max(0, delay), signal)
    } catch {
      return
    }
  }
}
