import type { Clock, Timer } from './clock.ts'
import type { Random } from '../random.ts'

export interface Backoff {
  /** Milliseconds the first delay may reach. */
  readonly initial: number
  /** Milliseconds no delay exceeds. */
  readonly max: number
}

/**
 * Milliseconds to wait before attempt `attempt` (0 is the first repetition): full jitter under a ceiling that doubles
 * up to `max`. The jitter stays inside the ceiling, so that samples remain spread when the ceiling is reached.
 */
export function backoffDelay({ initial, max }: Backoff, attempt: number, random: Random): number {
  return random() * backoffCeiling({ initial, max }, attempt)
}

/** The ceiling the delay of that attempt is drawn under. */
function backoffCeiling({ initial, max }: Backoff, attempt: number): number {
  // 2 ** 1024 is Infinity, and Math.min still answers `max`.
  return Math.min(max, initial * 2 ** attempt)
}

/** Asks for another attempt after each failure, ever later, until something succeeds. */
export interface RetryTimer {
  /** An attempt failed: `retry` is called after the next delay. A second failure before that starts the delay anew. */
  failed(): void
  /** Something succeeded: nothing is asked for, and the next failure starts with the first delay. */
  reset(): void
}

export function createRetryTimer(
  { clock, random, backoff }: { readonly clock: Clock; readonly random: Random; readonly backoff: Backoff },
  retry: () => void,
): RetryTimer {
  let failures = 0
  let timer: Timer | undefined
  const cancel = () => {
    timer?.cancel()
    timer = undefined
  }
  return {
    failed() {
      cancel()
      timer = clock.schedule(backoffDelay(backoff, failures, random), retry)
      failures += 1
    },
    reset() {
      cancel()
      failures = 0
    },
  }
}
