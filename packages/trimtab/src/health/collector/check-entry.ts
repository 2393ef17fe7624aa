import type { HealthStatus } from '../check.ts'
import { Damping } from '../damping.ts'
import type { ReadFinding } from '../finding/read-findings.ts'
import { isFailing } from '../finding/severity.ts'
import type { HealthReport } from '../report.ts'
import type { SettledCheck } from '../settle-check.ts'
import type { CheckRun } from './check-run.ts'

/** What moved: a report, and what it counted as before. */
export interface Transition {
  readonly report: HealthReport
  readonly previous: HealthStatus
}

/** What one observation is about, beside what was found. */
export interface Seen {
  /** Wall time at which the run began, and now. */
  readonly at: number
  readonly now: number
  readonly duration: number
  readonly generation: number
  readonly timedOut: boolean
  /** Whether it counts in damping; a first one always does. */
  readonly counts: boolean
  /** True where the run gave no findings of its own: they are about everything that the check looks at. */
  readonly isAboutAll: boolean
}

interface ComponentState {
  readonly damping: Damping
  report: HealthReport
}

/** One registered check: what it last said, its run where one is under way, and when the next is due. */
export class CheckEntry {
  readonly settled: SettledCheck
  /** What its reports name as component where a finding names none. */
  readonly component: string | undefined
  /** Whether a bake may be decided by it. */
  readonly isJudged: boolean
  /** Whether its findings are told by the plane and not looked for. */
  readonly isTold: boolean
  run: CheckRun | undefined
  /** Monotonic times of the next rounds: Infinity where there is none. */
  due = Infinity
  hastenedDue = Infinity
  /** Monotonic time at which the last run ended, and what counted as current when it began. */
  ranAt = -Infinity
  epoch = -1
  isRemoved = false
  #reports: readonly HealthReport[]
  #components: ReadonlyMap<string | undefined, ComponentState> = new Map()

  constructor(
    settled: SettledCheck,
    {
      component,
      isJudged,
      isTold,
      addedAt,
    }: {
      readonly component: string | undefined
      readonly isJudged: boolean
      readonly isTold: boolean
      readonly addedAt: number
    },
  ) {
    this.settled = settled
    this.component = component
    this.isJudged = isJudged
    this.isTold = isTold
    this.#reports = [this.#unseen(addedAt)]
  }

  get reports(): readonly HealthReport[] {
    return this.#reports
  }

  get hasVerdict(): boolean {
    return this.#components.size > 0
  }

  /** Takes in what a run found. Gives what moved. */
  take(findings: readonly ReadFinding[], seen: Seen): readonly Transition[] {
    let transitions: Transition[] | undefined
    const components = new Map<string | undefined, ComponentState>()
    const reports: HealthReport[] = []
    for (const finding of seen.isAboutAll ? this.#spread(findings) : findings) {
      const component = finding.component ?? this.component
      const known = this.#components.get(component)
      const damping = known?.damping ?? new Damping(this.settled)
      const previous = damping.status
      const status = seen.counts || damping.isNew ? damping.observe(finding.status) : previous
      const observedSince = known !== undefined && status === previous ? known.report.observedSince : seen.now
      const report = this.#report(finding, { component, status, observedSince, seen })
      components.set(component, { damping, report })
      reports.push(report)
      if (status !== previous) (transitions ??= []).push({ report, previous })
    }
    this.#components = components
    this.#reports = reports
    return transitions ?? none
  }

  /** Whether the newest run failed, in any of its components. */
  get isFailing(): boolean {
    return this.#reports.some(({ observed }) => isFailing(observed))
  }

  /** What is said of the check as a whole is said of each thing it is known to look at. */
  #spread(findings: readonly ReadFinding[]): readonly ReadFinding[] {
    const [finding] = findings
    if (finding === undefined || this.#components.size === 0) return findings
    return [...this.#components.keys()].map((component) => ({ ...finding, component }))
  }

  #report(
    { status: observed, message, details }: ReadFinding,
    facts: {
      readonly component: string | undefined
      readonly status: HealthStatus
      readonly observedSince: number
      readonly seen: Seen
    },
  ): HealthReport {
    const { name, kind, optional, shared, check } = this.settled
    const { component, status, observedSince, seen } = facts
    return Object.freeze({
      check: name,
      module: check.module,
      component,
      kind,
      optional,
      shared,
      status,
      observed,
      message,
      details,
      observedSince,
      checkedAt: seen.at,
      duration: seen.duration,
      generation: seen.generation,
      timedOut: seen.timedOut,
    })
  }

  #unseen(addedAt: number): HealthReport {
    const finding = { status: 'unknown', message: 'not checked yet', details: undefined, component: undefined } as const
    const seen = { at: addedAt, duration: 0, generation: 0, timedOut: false, now: addedAt } as const
    return this.#report(finding, {
      component: this.component,
      status: 'unknown',
      observedSince: addedAt,
      seen: { ...seen, counts: false, isAboutAll: false },
    })
  }
}

const none: readonly Transition[] = []
