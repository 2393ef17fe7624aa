import { type Backoff, backoffDelay } from '../primitives/time/backoff.ts'
import type { Clock, Timer } from '../primitives/time/clock.ts'
import type { Random } from '../primitives/random.ts'

/** When content that fails again and again is left alone for a while, and for how long. Times are milliseconds. */
export interface BreakerOptions {
  /** Failures in a row of one content that open it. */
  readonly threshold: number
  readonly backoff: Backoff
  /** Milliseconds between an attempt that failed and the first one of other content. */
  readonly spacing: number
}

export const defaultBreaker: BreakerOptions = {
  threshold: 3,
  backoff: { initial: 2_000, max: 120_000 },
  spacing: 1_000,
}

/** Times are on the monotonic clock: a wall clock that jumps changes nothing. */
export type BreakerState =
  | { readonly kind: 'closed' }
  /** The content failed and is tried again by itself; a person may try it sooner. */
  | {
      readonly kind: 'failing'
      readonly digest: string
      readonly failures: number
      readonly failedAt: number
      readonly retryAt: number
    }
  /** It failed too often: nobody tries it before `retryAt`, and then once. */
  | {
      readonly kind: 'open'
      readonly digest: string
      readonly failures: number
      readonly failedAt: number
      readonly retryAt: number
    }

export type Admission =
  | { readonly kind: 'go' }
  /** Other content came right after a failure: wait this many milliseconds, then look again. */
  | { readonly kind: 'wait'; readonly delay: number }
  | { readonly kind: 'held'; readonly retryIn: number; readonly failures: number }

export interface AdmissionRequest {
  readonly digest: string
  readonly forced: boolean
  /** It was stable once: the fix must not wait for the fault. */
  readonly trusted: boolean
}

/**
 * Holds back repetitions of content that failed, and nothing else.
 *
 * `closed` → a failure → `failing`: retried after a back-off that doubles → `threshold` failures in a row → `open`: one
 * trial when the back-off has passed; it fails → `open` with the back-off doubled; it succeeds → `closed`. Other content
 * starts anew. `retry` is called when a repetition is due; it belongs to the state it was scheduled in and is cancelled
 * with it.
 */
export class Breaker {
  readonly #clock: Clock
  readonly #random: Random
  readonly #options: BreakerOptions
  readonly #retry: (trigger: 'retry' | 'trial') => void
  readonly #onState: (state: BreakerState) => void
  #state: BreakerState = { kind: 'closed' }
  #timer: Timer | undefined

  constructor(
    parts: { readonly clock: Clock; readonly random: Random; readonly options: BreakerOptions },
    listeners: {
      readonly retry: (trigger: 'retry' | 'trial') => void
      readonly onState: (state: BreakerState) => void
    },
  ) {
    this.#clock = parts.clock
    this.#random = parts.random
    this.#options = parts.options
    this.#retry = listeners.retry
    this.#onState = listeners.onState
  }

  get state(): BreakerState {
    return this.#state
  }

  /** Whether content may be tried now. */
  admit({ digest, forced, trusted }: AdmissionRequest): Admission {
    const state = this.#state
    if (state.kind === 'closed' || forced || trusted) return { kind: 'go' }
    const now = this.#clock.monotonic()
    if (state.digest !== digest) {
      const delay = state.failedAt + this.#options.spacing - now
      return delay > 0 ? { kind: 'wait', delay } : { kind: 'go' }
    }
    if (state.kind === 'failing' || now >= state.retryAt) return { kind: 'go' }
    return { kind: 'held', retryIn: state.retryAt - now, failures: state.failures }
  }

  /** An attempt of that content failed. */
  failed(digest: string): void {
    const before = this.#state
    const failures = before.kind !== 'closed' && before.digest === digest ? before.failures + 1 : 1
    const delay = backoffDelay(this.#options.backoff, failures - 1, this.#random)
    const failedAt = this.#clock.monotonic()
    const kind = failures >= this.#options.threshold ? 'open' : 'failing'
    this.#enter({ kind, digest, failures, failedAt, retryAt: failedAt + delay })
    const trigger = kind === 'open' ? 'trial' : 'retry'
    this.#timer = this.#clock.schedule(delay, () => this.#retry(trigger))
  }

  /** Something succeeded, or took the place of what failed. */
  close(): void {
    if (this.#state.kind !== 'closed') this.#enter({ kind: 'closed' })
  }

  /** Other content than the one that failed was read: the failed one is superseded. */
  superseded(digest: string | undefined): void {
    if (this.#state.kind !== 'closed' && this.#state.digest !== digest) this.close()
  }

  /** Ends its timer. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #enter(state: BreakerState): void {
    this.stop()
    this.#state = state
    this.#onState(state)
  }
}
