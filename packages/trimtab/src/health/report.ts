import type { JsonObject } from '../primitives/json.ts'
import type { HealthKind, HealthStatus } from './check.ts'

/** What is known of one component, bounded and frozen. Times are wall time in milliseconds. */
export interface HealthReport {
  readonly check: string
  readonly module: string | undefined
  readonly component: string | undefined
  readonly kind: HealthKind
  readonly optional: boolean
  readonly shared: boolean
  /** After damping: what it counts as. */
  readonly status: HealthStatus
  /** What the newest run itself found, before damping. */
  readonly observed: HealthStatus
  readonly message: string | undefined
  readonly details: JsonObject | undefined
  /** Moves only when `status` does. */
  readonly observedSince: number
  /** When the newest run began; when the check was added, before the first one. */
  readonly checkedAt: number
  /** Milliseconds of the run. */
  readonly duration: number
  /** The generation of the snapshot that was in force when the run began. */
  readonly generation: number
  /** True where the run was given up at its deadline. */
  readonly timedOut: boolean
}

/** The worst of several reports; never `unknown`, which counts as unhealthy. */
export type AggregateStatus = Exclude<HealthStatus, 'unknown'>

/** The answer to one kind of question. */
export interface Aggregate {
  readonly status: AggregateStatus
  /** `check` or `check/component` of those that made it so, in the order of the reports. */
  readonly causes: readonly string[]
}

/** Everything that is known of the health of the service, as one frozen answer that all callers share. */
export interface HealthAnswer {
  /** Of everything, optional checks included. */
  readonly health: Aggregate
  /** May it get traffic. */
  readonly readiness: Aggregate
  /** Must it be restarted. */
  readonly liveness: Aggregate
  /** Has it started. */
  readonly startup: Aggregate
  /** In the order the checks were added, then in the order the check gave them. */
  readonly reports: readonly HealthReport[]
  /** Counts the answers: a later one is greater. */
  readonly version: number
  /** Wall time, milliseconds. */
  readonly at: number
}
