import { isFailing } from './finding/severity.ts'
import { causeOf } from './aggregate.ts'
import type { HealthReport } from './report.ts'

/** Milliseconds since the commit, and how often something has to be seen. */
export interface JudgementRules {
  /** Before this nothing is well. */
  readonly min: number
  /** What has no verdict by then has failed. */
  readonly max: number
  /** Passes that make a check well. */
  readonly passes: number
  /** Failures in a row that undo the change. */
  readonly fails: number
}

/** A check that has to do well, with what was failing before the change: that is not held against it. */
export interface ExpectedCheck {
  readonly name: string
  /** Components that were failing; `undefined` is a check without components. */
  readonly failingBefore: ReadonlySet<string | undefined>
}

export type Ruling =
  | { readonly kind: 'open' }
  | { readonly kind: 'stable' }
  | { readonly kind: 'unhealthy'; readonly reasons: readonly string[]; readonly reports: readonly HealthReport[] }

interface Tally {
  passes: number
  failures: number
  failuresInARow: number
  report: HealthReport
}

/**
 * Decides about one commit from what its required checks are seen to find, run by run and before damping. It looks at no
 * clock and starts nothing.
 *
 * Every component of every check has to pass often enough, and more often than it fails: a broken one that answers well now
 * and then does not count as sound. One that fails too often in a row ends it at once.
 */
export class Judgement {
  readonly #rules: JudgementRules
  readonly #checks: ReadonlyMap<string, CheckTally>

  constructor(rules: JudgementRules, expected: Iterable<ExpectedCheck>) {
    this.#rules = rules
    this.#checks = new Map([...expected].map((check) => [check.name, new CheckTally(check)]))
  }

  /** Takes in one run of a check that began after the commit. Others than the expected ones don't matter. */
  see(check: string, reports: readonly HealthReport[]): void {
    this.#checks.get(check)?.see(reports)
  }

  /** What follows, so many milliseconds after the commit. */
  rule(elapsed: number): Ruling {
    const { min, max, passes, fails } = this.#rules
    const checks = [...this.#checks.values()]
    const failed = checks.flatMap((check) => check.failed(fails))
    if (failed.length > 0) {
      const reasons = failed.map((report) => `${causeOf(report)} failed ${fails} times in a row${saying(report)}`)
      return { kind: 'unhealthy', reasons, reports: failed }
    }
    const open = checks.filter((check) => !check.isWell(passes))
    if (open.length === 0 && elapsed >= min) return { kind: 'stable' }
    if (elapsed < max) return { kind: 'open' }
    return {
      kind: 'unhealthy',
      reasons: open.map((check) => `${check.name} ${check.describe(passes)} within ${max} ms`),
      reports: open.flatMap((check) => check.reports),
    }
  }
}

class CheckTally {
  readonly name: string
  readonly #failingBefore: ReadonlySet<string | undefined>
  #runs = 0
  #tallies: ReadonlyMap<string | undefined, Tally> = new Map()

  constructor({ name, failingBefore }: ExpectedCheck) {
    this.name = name
    this.#failingBefore = failingBefore
  }

  get reports(): readonly HealthReport[] {
    return [...this.#tallies.values()].map(({ report }) => report)
  }

  see(reports: readonly HealthReport[]): void {
    this.#runs += 1
    const counted = reports.filter(({ component }) => !this.#failingBefore.has(component))
    this.#tallies = new Map(counted.map((report) => [report.component, this.#count(report)]))
  }

  failed(fails: number): readonly HealthReport[] {
    return [...this.#tallies.values()].flatMap(({ failuresInARow, report }) =>
      failuresInARow >= fails ? [report] : [],
    )
  }

  isWell(passes: number): boolean {
    const tallies = [...this.#tallies.values()]
    // What fails as it did before says nothing about the change, whatever it says.
    if (tallies.length === 0) return this.#failingBefore.size > 0 || this.#runs >= passes
    return tallies.every((tally) => tally.passes >= passes && tally.passes > tally.failures)
  }

  describe(passes: number): string {
    if (this.#runs === 0) return 'gave no verdict'
    const least = Math.min(...[...this.#tallies.values()].map((tally) => tally.passes))
    return least < passes ? `passed ${least} of ${passes} times` : 'failed as often as it passed'
  }

  #count(report: HealthReport): Tally {
    const known = this.#tallies.get(report.component)
    const tally: Tally = known ?? { passes: 0, failures: 0, failuresInARow: 0, report }
    tally.report = report
    if (isFailing(report.observed)) {
      tally.failures += 1
      tally.failuresInARow += 1
    } else {
      tally.passes += 1
      tally.failuresInARow = 0
    }
    return tally
  }
}

function saying({ message }: HealthReport): string {
  return message === undefined ? '' : `: ${message.slice(0, 200)}`
}
