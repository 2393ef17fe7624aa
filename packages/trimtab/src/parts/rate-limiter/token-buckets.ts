import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Clock } from '../../primitives/time/clock.ts'

/** How fast buckets fill, how much they hold, and how many there are. */
export interface BucketRules {
  /** Tokens that come back to a bucket in a second. */
  readonly perSecond: number
  /** Tokens in a full bucket. */
  readonly burst: number
  readonly maxKeys: number
}

/** Whether a call may go on. */
export interface RateDecision {
  readonly allowed: boolean
  /** Whole tokens left. */
  readonly remaining: number
  /** Milliseconds until the same call would be allowed; 0 when it was, Infinity when its cost never fits. */
  readonly retryAfter: number
}

interface Bucket {
  /** Tokens taken that had not come back at the time `at`. */
  spent: number
  at: number
}

/**
 * A token bucket for each key. What is kept is what was taken, not what is left: so a change of the rules applies to
 * buckets in use, and a key without a bucket has a full one. When there are too many, the one that was not asked for
 * the longest is forgotten.
 */
export class TokenBuckets {
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()
  /** Of the keys that have rules of their own. */
  readonly #own = new Map<string, BucketRules>()
  #rules: BucketRules

  constructor(clock: Clock, rules: BucketRules) {
    this.#clock = clock
    this.#rules = rules
  }

  get size(): number {
    return this.#buckets.size
  }

  take(key: string, cost = 1): RateDecision {
    // NaN fails the comparison too.
    if (!(cost >= 0)) throw new TrimtabError('option_invalid', 'The cost of a call has to be 0 or more.')
    const { burst, perSecond } = this.#rulesOf(key)
    const now = this.#clock.monotonic()
    const spent = this.#spentAt(key, this.#buckets.get(key), now)
    // Sums of fractions: a call that came exactly in time is not refused for the last bit.
    const missing = spent + cost - burst
    const allowed = missing <= burst * 1e-9
    this.#keep(key, { spent: allowed ? spent + cost : spent, at: now })
    return {
      allowed,
      remaining: Math.max(0, Math.floor(burst * (1 + 1e-9) - spent - (allowed ? cost : 0))),
      retryAfter: allowed ? 0 : cost > burst ? Infinity : Math.ceil((missing * 1_000) / perSecond),
    }
  }

  /** Applies other rules from now on: what was taken stays taken, and came back at the old pace until now. */
  change(rules: BucketRules): void {
    for (const key of this.#buckets.keys()) this.#settle(key)
    this.#rules = rules
  }

  /**
   * The same for one key, which has rules of its own from now on; with `undefined`, or with those that all have, it goes
   * with all again.
   */
  changeFor(key: string, rules: BucketRules | undefined): void {
    this.#settle(key)
    if (rules === undefined || isSame(rules, this.#rules)) this.#own.delete(key)
    else this.#own.set(key, rules)
  }

  /** The rules that a key has of its own. */
  ownRulesOf(key: string): BucketRules | undefined {
    return this.#own.get(key)
  }

  #rulesOf(key: string): BucketRules {
    return this.#own.get(key) ?? this.#rules
  }

  #settle(key: string): void {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) return
    const now = this.#clock.monotonic()
    bucket.spent = this.#spentAt(key, bucket, now)
    bucket.at = now
  }

  #spentAt(key: string, bucket: Bucket | undefined, now: number): number {
    if (bucket === undefined) return 0
    const { perSecond } = this.#rulesOf(key)
    return Math.max(0, bucket.spent - ((now - bucket.at) * perSecond) / 1_000)
  }

  /** Puts the bucket behind all others: a Map gives its keys in the order they were set. */
  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key)
    if (bucket.spent > 0) this.#buckets.set(key, bucket)
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#rules.maxKeys) return
      this.#buckets.delete(oldest)
    }
  }
}

function isSame(a: BucketRules, b: BucketRules): boolean {
  return a.perSecond === b.perSecond && a.burst === b.burst && a.maxKeys === b.maxKeys
}
