import { abortReason } from './abort.ts'
import { type Backoff, backoffDelay } from '../time/backoff.ts'
import { type Clock, sleep } from '../time/clock.ts'
import type { Random } from '../random.ts'

export interface SuperviseOptions {
  readonly clock: Clock
  readonly random: Random
  readonly backoff: Backoff
  /** A run that lasted this many milliseconds counts as a success: the next failure starts the back-off anew. */
  readonly healthyAfter: number
  readonly onFailure?: ((error: unknown, attempt: number) => void) | undefined
}

/**
 * Keeps `run` running until `signal` aborts: a run that ends or rejects is started again after a back-off. Resolves when
 * the signal has aborted and the last run has settled.
 */
export async function supervise(
  run: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  { clock, random, backoff, healthyAfter, onFailure }: SuperviseOptions,
): Promise<void> {
  let attempt = 0
  while (!signal.aborted) {
    const startedAt = clock.monotonic()
    try {
      await run(signal)
    } catch (error) {
      if (signal.aborted) return
      onFailure?.(error, attempt)
    }
    if (signal.aborted) return
    if (clock.monotonic() - startedAt >= healthyAfter) attempt = 0
    try {
      await sleep(clock, backoffDelay(backoff, attempt, random), signal)
    } catch (error) {
      if (!signal.aborted) throw error
      void abortReason(signal)
      return
    }
    attempt += 1
  }
}
