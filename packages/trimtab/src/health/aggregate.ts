import type { HealthStatus } from './check.ts'
import { isFailing } from './finding/severity.ts'
import type { Aggregate, AggregateStatus, HealthReport } from './report.ts'

/** A report with what its check is to the service. */
export interface WeighedReport {
  readonly report: HealthReport
  readonly failReadiness: boolean
  /** True before the first round: nobody knows yet whether this process works. */
  readonly isAwaited: boolean
}

export interface Aggregates {
  readonly health: Aggregate
  readonly readiness: Aggregate
  readonly liveness: Aggregate
  readonly startup: Aggregate
}

/** The names of the four questions. */
export const aggregateNames = ['health', 'readiness', 'liveness', 'startup'] as const

/** The worst of what counts for each question. `draining` is why there is to be no more traffic, where there is a reason. */
export function aggregate(reports: readonly WeighedReport[], draining: string | undefined): Aggregates {
  const health = new Worst()
  const readiness = new Worst()
  const liveness = new Worst()
  const startup = new Worst()
  if (draining !== undefined) readiness.add('unhealthy', draining)
  for (const { report, failReadiness, isAwaited } of reports) {
    const { status, kind, optional, shared } = report
    if (status === 'healthy') continue
    health.add(optional ? softened(status) : status, report)
    if (optional) continue
    switch (kind) {
      case 'readiness':
        readiness.add(shared && !failReadiness && !isAwaited ? softened(status) : status, report)
        break
      case 'liveness':
        liveness.add(status, report)
        break
      case 'startup':
        startup.add(status, report)
        break
      default:
        kind satisfies never
    }
  }
  return { health: health.end(), readiness: readiness.end(), liveness: liveness.end(), startup: startup.end() }
}

/** What a failure is that may not take the whole down. */
function softened(status: HealthStatus): HealthStatus {
  return isFailing(status) ? 'degraded' : status
}

const allWell: Aggregate = Object.freeze({ status: 'healthy', causes: Object.freeze([]) })

/** The worst of all, and what made it so. */
class Worst {
  #status: AggregateStatus = 'healthy'
  #causes: string[] = []

  add(status: HealthStatus, cause: string | HealthReport): void {
    const counted = status === 'unknown' ? 'unhealthy' : status
    if (counted === 'healthy' || (this.#status === 'unhealthy' && counted === 'degraded')) return
    if (counted !== this.#status) this.#causes = []
    this.#status = counted
    this.#causes.push(typeof cause === 'string' ? cause : causeOf(cause))
  }

  end(): Aggregate {
    if (this.#status === 'healthy') return allWell
    return Object.freeze({ status: this.#status, causes: Object.freeze(this.#causes) })
  }
}

/** What a report is about, as people write it: `check` or `check/component`. */
export function causeOf({ check, component }: Pick<HealthReport, 'check' | 'component'>): string {
  return component === undefined ? check : `${check}/${component}`
}
