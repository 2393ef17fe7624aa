import { z } from 'zod'
import { defineModule, type Module, type ModuleTimeouts } from '../../modules/define-module.ts'
import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import { dynamic } from '../../schema/marks.ts'
import type { Section } from '../../schema/section.ts'
import { refusal } from '../refusal.ts'
import { type BucketRules, type RateDecision, TokenBuckets } from './token-buckets.ts'

/**
 * The configuration of a rate limiter, to be put into a schema of your own. All of it changes while the service runs.
 *
 * @example
 * const config = defineConfig(z.object({ limits: rateLimiterSchema }))
 */
export const rateLimiterSchema = dynamic(
  z.object({
    requestsPerSecond: z
      .number()
      .positive()
      .default(100)
      .describe('Calls of cost 1 that each key may make a second; a fraction too: 0.0167 is one a minute'),
    burst: z
      .number()
      .positive()
      .optional()
      .describe('What a key that was quiet may take at once. Default: requestsPerSecond, at least 1'),
    maxKeys: z
      .number()
      .int()
      .min(1)
      .default(10_000)
      .describe('Keys that are counted at most; beyond, the one that was quiet the longest starts afresh'),
  }),
)

/**
 * `requestsPerSecond` calls of each key, and `burst` at once: as many as in a second, at least 1, where it is left away. At
 * most `maxKeys` keys are counted.
 */
export interface RateLimiterConfig {
  readonly requestsPerSecond: number
  readonly burst?: number | undefined
  readonly maxKeys: number
}

/** Says for each call whether its key, a tenant for instance, has had its share. */
export interface RateLimiter {
  /** Takes `cost` (default 1) from what `key` may use. A refused call takes nothing. */
  take(key: string, cost?: number): RateDecision
  /** Keys that are counted now. */
  readonly size: number
}

/** The section of a rate limiter, and what a call may cost. */
export interface RateLimiterOptions extends ModuleTimeouts {
  /** Default: `limiter`. */
  readonly name?: string | undefined
  readonly config: Section<RateLimiterConfig>
  /** The highest cost that a call of this service has, default 1: a burst below it is refused, as such a call could never pass. */
  readonly largestCost?: number | undefined
  readonly clock?: Clock | undefined
}

/**
 * A token bucket for each key. A change of the limits applies in place: what a key has taken stays taken. Nobody who
 * uses it is touched, and taking the change back is the same in reverse. Where limits are marked `perTenant`, the key that
 * is a tenant's id has the limits of that tenant.
 *
 * @example
 * const limiter = rateLimiterModule({ config: config.section('limits') })
 * const plane = await createPlane({ config, sources, modules: [limiter] })
 * const { allowed, retryAfter } = await plane.use(limiter, (limits) => limits.take(tenant))
 */
export function rateLimiterModule(options: RateLimiterOptions): Module<RateLimiter> {
  const { name = 'limiter', config: section, largestCost = 1, clock = systemClock, ...timeouts } = options
  const check = ({ next }: { readonly next: RateLimiterConfig }) => {
    const { burst } = rulesOf(next)
    if (burst >= largestCost) return
    const why = `expected at least ${largestCost}, the cost of the largest call: with less it could never pass`
    throw refusal({ section, field: 'burst' }, why)
  }
  const module = defineModule({
    ...timeouts,
    name,
    config: section,
    start: ({ config }) => new TokenBuckets(clock, rulesOf(config)),
    check,
    reload({ next, previous, resource }) {
      resource.change(rulesOf(next))
      return () => resource.change(rulesOf(previous))
    },
    checkTenant: check,
    reloadTenant({ tenant, next, resource }) {
      const before = resource.ownRulesOf(tenant)
      resource.changeFor(tenant, rulesOf(next))
      return () => resource.changeFor(tenant, before)
    },
  })
  return module
}

function rulesOf(config: RateLimiterConfig): BucketRules {
  const { requestsPerSecond: perSecond, burst = Math.max(1, perSecond), maxKeys } = config
  return { perSecond, burst, maxKeys }
}
