import { type Backoff, backoffDelay } from './backoff.ts'
import type { Clock, Timer } from './clock.ts'
import type { Random } from './random.ts'

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
