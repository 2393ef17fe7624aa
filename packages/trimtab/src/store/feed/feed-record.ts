import type { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { FeedHealth } from './feed-event.ts'

/** How often what has happened since a feed began. */
export interface FeedCounts {
  /** The store has said that there may be something new. */
  readonly wakeups: number
  /** Attempts to read that were completed. */
  readonly readings: number
  readonly failures: number
}

interface Moment {
  readonly wall: number
  readonly monotonic: number
}

/** Failures in a row after which what is served counts as stale. */
const staleAfter = 3

/** What became of a feed's readings. */
export class FeedRecord {
  readonly #clock: Clock
  #attempts = 0
  #error: TrimtabError | undefined
  #readAt: Moment | undefined
  #failedAt: Moment | undefined
  #staleSince: Moment | undefined
  #counts: FeedCounts = { wakeups: 0, readings: 0, failures: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get counts(): FeedCounts {
    return this.#counts
  }

  /** Failures in a row. */
  get attempts(): number {
    return this.#attempts
  }

  /** Milliseconds since a reading was last completed. */
  get age(): number | undefined {
    return this.#readAt && this.#clock.monotonic() - this.#readAt.monotonic
  }

  /** Milliseconds since the last failure; undefined where the last attempt was completed. */
  get sinceFailure(): number | undefined {
    return this.#failedAt && this.#clock.monotonic() - this.#failedAt.monotonic
  }

  get health(): FeedHealth {
    const attempts = this.#attempts
    const error = this.#error
    const readAt = this.#readAt?.wall
    if (this.#staleSince !== undefined && error !== undefined)
      return { kind: 'stale', readAt, since: this.#staleSince.wall, attempts, error }
    if (readAt === undefined) return { kind: 'starting', attempts, error }
    return error === undefined ? { kind: 'current', readAt } : { kind: 'retrying', readAt, attempts, error }
  }

  heard(): void {
    this.#counts = { ...this.#counts, wakeups: this.#counts.wakeups + 1 }
  }

  /** Gives for how many milliseconds it had been stale, where it had been. */
  completed(): number | undefined {
    const lostFor = this.#staleSince && this.#clock.monotonic() - this.#staleSince.monotonic
    this.#attempts = 0
    this.#error = undefined
    this.#failedAt = undefined
    this.#staleSince = undefined
    this.#readAt = this.#moment()
    this.#counts = { ...this.#counts, readings: this.#counts.readings + 1 }
    return lostFor
  }

  /** Gives whether it is stale from now on, and was not before. */
  failed(error: TrimtabError): boolean {
    this.#attempts += 1
    this.#error = error
    this.#failedAt = this.#moment()
    this.#counts = { ...this.#counts, failures: this.#counts.failures + 1 }
    if (this.#attempts < staleAfter || this.#staleSince !== undefined) return false
    this.#staleSince = this.#moment()
    return true
  }

  #moment(): Moment {
    return { wall: this.#clock.now(), monotonic: this.#clock.monotonic() }
  }
}
