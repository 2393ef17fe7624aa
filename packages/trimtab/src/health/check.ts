import type { Json, JsonObject } from '../primitives/json.ts'

/** What a check can find. `unknown`: there is no verdict yet, or the check said so. */
export const healthStatuses = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const
/** How something is: `healthy`, `degraded`, `unhealthy` or `unknown`. */
export type HealthStatus = (typeof healthStatuses)[number]

/** What a check is asked for: may it get traffic, must it be restarted, has it started. */
export const healthKinds = ['readiness', 'liveness', 'startup'] as const
/** What a check is asked for: `readiness`, `liveness` or `startup`. */
export type HealthKind = (typeof healthKinds)[number]

/** What one run of a check says, or one of several things where it looks at several components. */
export interface Finding {
  readonly status: HealthStatus
  /** One line for people: at most 4 KiB of it are kept. */
  readonly message?: string | undefined
  /** Figures for people with authorization; bounded, and never a secret in clear. */
  readonly details?: JsonObject | undefined
  /** Which of the things the check looks at; left away where there is one. */
  readonly component?: string | undefined
}

/** How often something is checked, and how much has to be seen before its status moves. */
export interface CheckTimings {
  /**
   * Milliseconds one run may take: 1 s, or the interval where that is shorter; never more than the interval. A run that
   * takes longer is abandoned and counts as unhealthy.
   */
  readonly timeout?: number | undefined
  /** Milliseconds from one round to the next: 5 s. */
  readonly interval?: number | undefined
  /** Failures in a row that take it down: 4. */
  readonly fall?: number | undefined
  /** Passes in a row that bring it back: 4. */
  readonly rise?: number | undefined
}

/** What a check is for, and how much hangs on it. */
export interface CheckRole {
  /** `readiness`, where it is left away. */
  readonly kind?: HealthKind | undefined
  /** Its failure degrades the health of the service and never its readiness. */
  readonly optional?: boolean | undefined
  /**
   * It probes what other instances use too: its failure degrades readiness, because taking all of them out helps nobody.
   * Before the first round nothing is ready without it.
   */
  readonly shared?: boolean | undefined
  /** For a shared one: its failure fails readiness all the same. */
  readonly failReadiness?: boolean | undefined
}

/** What a run of a check is given. */
export interface HealthCheckContext {
  /** Aborts at the deadline of the run. */
  readonly signal: AbortSignal
}

/** An override that a check asks for while what it looks at is down. Only where `health.remedies` of the plane allows it. */
export interface Remedy {
  /** Failed rounds in a row after which it is applied. It is withdrawn after `rise` passes in a row. */
  readonly after: number
  /** What it sets, by path. */
  readonly edits: Readonly<Record<string, Json>>
  /** How long it applies at most: milliseconds, or text with a unit (`'15m'`). */
  readonly for: number | string
  /** Why, for whoever finds it. */
  readonly reason: string
}

/** A named probe of something. */
export interface HealthCheck extends CheckTimings, CheckRole {
  /** Unique in a plane: 1 to 128 characters without control characters; `trimtab` and `trimtab/…` are the plane's own. */
  readonly name: string
  /** The module it belongs to, where it belongs to one. */
  readonly module?: string | undefined
  readonly remedy?: Remedy | undefined
  /** Looks once. Nothing, or `true`, counts as healthy, `false` as unhealthy; what it throws as unhealthy, or degraded if `temporary`. */
  run(context: HealthCheckContext): Findings | PromiseLike<Findings>
  /** Gives back what the check holds, when it is removed or the plane closes. What it throws is dropped. */
  close?(): void
}

/**
 * What `run` gives: one finding, one for each component, or a short form of one. Nothing and `true` count as healthy,
 * `false` as unhealthy.
 */
export type Findings = Finding | readonly Finding[] | boolean | void

export const checkDefaults = {
  timeout: 1_000,
  interval: 5_000,
  fall: 4,
  rise: 4,
} as const satisfies Required<CheckTimings>

/**
 * All is well.
 *
 * @example
 * const check = { name: 'queue', run: () => (queue.isOpen ? healthy() : unhealthy('the queue is closed')) }
 */
export function healthy(message?: string, details?: JsonObject): Finding {
  return { status: 'healthy', message, details }
}

/**
 * It works, and somebody should look: `degraded('every connection is in use')`. It never makes a service unready.
 *
 * @example
 * const check = { name: 'queue', run: () => (queue.depth < 1_000 ? healthy() : degraded(`${queue.depth} are waiting`)) }
 */
export function degraded(message: string, details?: JsonObject): Finding {
  return { status: 'degraded', message, details }
}

/**
 * It does not work: `unhealthy('the last 20 queries failed')`.
 *
 * @example
 * const check = { name: 'queue', run: () => (queue.isOpen ? healthy() : unhealthy('the queue is closed')) }
 */
export function unhealthy(message: string, details?: JsonObject): Finding {
  return { status: 'unhealthy', message, details }
}
