import type { HealthStatus } from '../check.ts'
import { Damping } from '../damping.ts'
import type { ReadFinding } from '../finding/read-findings.ts'
import { isFailing } from '../finding/severity.ts'
import type { HealthReport } from '../report.ts'
import type { SettledCheck } from '../settle-check.ts'
import type { CheckRun } from './check-run.ts'
import { type Seen, seenAt, Sighting } from './sighting.ts'

/** What moved: a report, and what it counted as before. The first report of a component is one, whatever it says. */
export interface Transition {
  readonly report: HealthReport
  readonly previous: HealthStatus
  readonly isFirst: boolean
}

/** What is called when a run has ended. */
export interface RunEnds {
  readonly onValue: (value: unknown) => void
  readonly onError: (error: unknown) => void
}

/** How what was found is to be taken. */
export interface Taking {
  /** Whether it counts in damping; a first observation always does. */
  readonly counts: boolean
  /** True where the run gave no findings of its own: they are about everything that the check looks at. */
  readonly isAboutAll: boolean
  /** Gives the wall time. */
  readonly now: () => number
}

interface Component {
  readonly damping: Damping
  sighting: Sighting
}

export interface EntryOptions {
  /** What its reports name as component where a finding names none. */
  readonly component: string | undefined
  /** Whether a bake may be decided by it. */
  readonly isJudged: boolean
  /** Whether its findings are told by the plane and not looked for. */
  readonly isTold: boolean
  readonly addedAt: number
}

/** One registered check: what it last said, its run where one is under way, and when the next is due. */
export class CheckEntry {
  readonly settled: SettledCheck
  readonly isJudged: boolean
  readonly isTold: boolean
  run: CheckRun | undefined
  /** What its runs end with, made once: there is no second run before one has ended. */
  ends: RunEnds | undefined
  /** Monotonic times of the next rounds: Infinity where there is none. */
  due = Infinity
  hastenedDue = Infinity
  /** Monotonic time at which the last run ended, and what counted as current when it began. */
  ranAt = -Infinity
  epoch = -1
  isRemoved = false
  /** Whether others had been seen when it came. */
  isLate = false
  readonly #component: string | undefined
  readonly #unseen: Sighting
  #components: ReadonlyMap<string | undefined, Component> = new Map()
  /** The one there is, for checks that look at one thing: those are seen without any list being made. */
  #only: Component | undefined

  constructor(settled: SettledCheck, { component, isJudged, isTold, addedAt }: EntryOptions) {
    this.settled = settled
    this.isJudged = isJudged
    this.isTold = isTold
    this.#component = component
    const finding = { status: 'unknown', message: 'not checked yet', details: undefined, component } as const
    const standing = { status: 'unknown', since: addedAt } as const
    this.#unseen = new Sighting(settled, component, standing, finding, seenAt(addedAt, 0))
  }

  /** Adds what is known of each component, in the order the check gave them. */
  collect(into: Sighting[]): void {
    if (this.#only !== undefined) into.push(this.#only.sighting)
    else if (this.#components.size === 0) into.push(this.#unseen)
    else for (const { sighting } of this.#components.values()) into.push(sighting)
  }

  get sightings(): readonly Sighting[] {
    const sightings: Sighting[] = []
    this.collect(sightings)
    return sightings
  }

  get reports(): readonly HealthReport[] {
    return this.sightings.map(({ report }) => report)
  }

  get hasVerdict(): boolean {
    return this.#components.size > 0
  }

  /** Whether it belongs to the first round and has not been seen yet. */
  get isAwaited(): boolean {
    return !this.isLate && !this.hasVerdict
  }

  /** Whether the newest run failed, in any of its components. */
  get isFailing(): boolean {
    return this.sightings.some(({ finding }) => isFailing(finding.status))
  }

  /** Takes in what a run found. Gives what moved. */
  take(findings: readonly ReadFinding[], seen: Seen, taking: Taking): readonly Transition[] {
    const only = this.#only
    const first = findings[0]
    if (only !== undefined && findings.length === 1 && first !== undefined) {
      const component = taking.isAboutAll ? only.sighting.component : (first.component ?? this.#component)
      if (component === only.sighting.component) return this.#see(only, first, seen, taking)
    }
    const transitions: Transition[] = []
    const components = new Map<string | undefined, Component>()
    for (const finding of taking.isAboutAll ? this.#spread(findings) : findings) {
      const component = finding.component ?? this.#component
      const known = this.#components.get(component) ?? this.#newComponent(component)
      components.set(component, known)
      transitions.push(...this.#see(known, finding, seen, taking))
    }
    this.#components = components
    this.#only = components.size === 1 ? [...components.values()][0] : undefined
    return transitions
  }

  #see(component: Component, finding: ReadFinding, seen: Seen, { counts, now }: Taking): readonly Transition[] {
    const { damping, sighting: before } = component
    const previous = damping.status
    const isFirst = damping.isNew
    const status = counts || isFirst ? damping.observe(finding.status) : previous
    const standing = status === previous && !isFirst ? before.standing : { status, since: now() }
    const sighting = new Sighting(this.settled, before.component, standing, finding, seen)
    component.sighting = sighting
    return status === previous && !isFirst ? none : [{ report: sighting.report, previous, isFirst }]
  }

  #newComponent(component: string | undefined): Component {
    const { standing, finding, seen } = this.#unseen
    const sighting = new Sighting(this.settled, component, standing, finding, seen)
    return { damping: new Damping(this.settled), sighting }
  }

  /** What is said of the check as a whole is said of each thing it is known to look at. */
  #spread(findings: readonly ReadFinding[]): readonly ReadFinding[] {
    const finding = findings[0]
    if (finding === undefined || this.#components.size === 0) return findings
    return [...this.#components.keys()].map((component) => ({ ...finding, component }))
  }
}

const none: readonly Transition[] = []
