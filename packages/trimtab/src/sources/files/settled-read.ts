import { type Clock, sleep } from '../../primitives/time/clock.ts'

export interface SettleTimings {
  /** Milliseconds between two readings. */
  readonly settle: number
  /** Milliseconds after which the last reading counts, whatever it is. */
  readonly maximumWait: number
}

/**
 * Reads again while what was read looks like the middle of a change, so that a file which is just being written,
 * replaced or emptied is not taken for its final state. Rejects when `signal` aborts.
 */
export async function readSettled<T>(
  read: () => Promise<T>,
  isSettled: (result: T) => boolean,
  { settle, maximumWait, clock, signal }: SettleTimings & { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  const startedAt = clock.monotonic()
  for (;;) {
    const result = await read()
    if (isSettled(result) || clock.monotonic() - startedAt >= maximumWait) return result
    await sleep(clock, settle, signal)
  }
}
