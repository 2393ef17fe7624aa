import type { VerifiedHook } from '../rules.ts'

/** One call of a hook: the owner of all that it begins. */
export interface Call {
  readonly hook: VerifiedHook
  readonly signal: AbortSignal | undefined
  state: 'open' | 'done' | 'failed'
  /** Since its signal aborted, on the monotonic clock. */
  abortedAt: number | undefined
  /** Whether the verification aborted it, and no deadline did. */
  readonly isCutShort: boolean
  /** Longest time in which the event loop did not turn, in milliseconds. */
  stall: number
}
