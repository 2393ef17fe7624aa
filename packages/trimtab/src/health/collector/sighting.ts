import type { HealthStatus } from '../check.ts'
import type { ReadFinding } from '../finding/read-findings.ts'
import type { HealthReport } from '../report.ts'
import type { SettledCheck } from '../settle-check.ts'

/** What is known when runs begin; those that begin together share it. */
export interface Beginning {
  /** On the monotonic clock. */
  readonly startedAt: number
  /** Wall time. */
  readonly at: number
  readonly generation: number
  /** What counted as current. */
  readonly epoch: number
}

/** When runs ended; those that end together share it. */
export interface Ending {
  /** On the monotonic clock. */
  readonly at: number
}

/** What one observation is about, beside what was found. */
export interface Seen {
  readonly beginning: Beginning
  /** Milliseconds. */
  readonly duration: number
  readonly timedOut: boolean
}

/** Something that was not looked for: it is so at this time. */
export function seenAt(at: number, generation: number): Seen {
  return { beginning: { startedAt: 0, at, generation, epoch: 0 }, duration: 0, timedOut: false }
}

/** What a component counts as; its sightings share it for as long as it counts as that. */
interface Standing {
  readonly status: HealthStatus
  /** Wall time. */
  readonly since: number
}

/** One component as it was last seen. Its report is made when somebody reads it: most are replaced before anybody does. */
export class Sighting {
  readonly component: string | undefined
  readonly standing: Standing
  readonly finding: ReadFinding
  readonly settled: SettledCheck
  readonly seen: Seen
  // Plain fields: private ones cost more to set than all the others, and nobody else has a sighting in hands.
  made: HealthReport | undefined

  // Parameters and no object of them: one is made for every run of every check.
  constructor(
    settled: SettledCheck,
    component: string | undefined,
    standing: Standing,
    finding: ReadFinding,
    seen: Seen,
  ) {
    this.settled = settled
    this.component = component
    this.standing = standing
    this.finding = finding
    this.seen = seen
  }

  /** The same frozen object for everybody. */
  get report(): HealthReport {
    this.made ??= this.#newReport()
    return this.made
  }

  #newReport(): HealthReport {
    const { name, kind, optional, shared, check } = this.settled
    const { status, since } = this.standing
    const { beginning, duration, timedOut } = this.seen
    const { at, generation } = beginning
    const { status: observed, message, details } = this.finding
    return Object.freeze({
      check: name,
      module: check.module,
      component: this.component,
      kind,
      optional,
      shared,
      status,
      observed,
      message,
      details,
      observedSince: since,
      checkedAt: at,
      duration,
      generation,
      timedOut,
    })
  }
}
