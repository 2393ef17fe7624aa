import type { Backoff } from '../../primitives/time/backoff.ts'

/** Milliseconds, and how much is asked for at a time. */
export const feedTimings = {
  /** From one reading to the next, whatever the store has told: what repairs a notification that was lost. */
  interval: 4_000,
  /**
   * What asking for what came after the cursor may take: a connection that has gone silent answers never. With the longest
   * back-off it makes less than the 5 s within which every reader is current again.
   */
  readTimeout: 2_000,
  /** What reading everything may take, which is rare and may be much. */
  fullReadTimeout: 15_000,
  backoff: { initial: 100, max: 2_500 } satisfies Backoff,
  /** The same for a store whose wakeups end, which they should not. */
  listenAgain: { backoff: { initial: 100, max: 4_000 } satisfies Backoff, healthyAfter: 10_000 },
  /** A failing store is not asked more often than that, however often it wakes. */
  failureSpacing: 100,
  /**
   * Revisions read at a time, at most. Where they do not come in time they may be large: fewer are asked for then, and
   * everything where not even a few come.
   */
  batch: { most: 200, least: 2, factor: 10 },
} as const
