import type { Random } from './random.ts'

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
export function backoffCeiling({ initial, max }: Backoff, attempt: number): number {
  // 2 ** 1024 is Infinity, and Math.min still answers `max`.
  return Math.min(max, initial * 2 ** attempt)
}
