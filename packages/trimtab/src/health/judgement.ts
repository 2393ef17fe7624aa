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
  /**
   * Whether what failed before excuses nothing: nothing has been proved yet that it could be measured by. It is told apart,
   * and does not end the judgement before `max`.
   */
  readonly isStrict?: boolean | undefined
}

/** A check that has to do well, with what was failing before the change: that is not held against it. */
export interface ExpectedCheck {
  readonly name: string
  /** Components that were failing; `undefined` is a check without components. */
  readonly failingBefore: ReadonlySet<string | undefined>
  /** Whether it was required before the change: then it may only leave once it has said that it can live with it. */
  readonly isOfGround: boolean
}

export type Ruling =
  | { readonly kind: 'open' }
  | { readonly kind: 'stable' }
  | {
      readonly kind: 'unhealthy'
      readonly reasons: readonly string[]
      readonly reports: readonly HealthReport[]
      /** Whether all that failed was failing before. */
      readonly failedBefore: boolean
    }

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
 *
 * A check may leave meanwhile, because code that has nothing to do with the change takes it away. It is waited for no longer
 * if it came after the change, or if it has run with the change and its last word was good. Otherwise it might be the change
 * that took it away, and it counts as one that gives no verdict.
 */
export class Judgement {
  readonly #rules: JudgementRules
  readonly #checks: ReadonlyMap<string, CheckTally>

  constructor(rules: JudgementRules, expected: Iterable<ExpectedCheck>) {
    this.#rules = rules
    this.#checks = new Map([...expected].map((check) => [check.name, new CheckTally(check, rules.isStrict === true)]))
  }

  /** Takes in one run of a check that began after the commit. Others than the expected ones don't matter. */
  see(check: string, reports: readonly HealthReport[]): void {
    this.#checks.get(check)?.see(reports)
  }

  /** Takes in that a check is there, or is not there any more. */
  notice(check: string, isThere: boolean): void {
    const tally = this.#checks.get(check)
    if (tally !== undefined) tally.isThere = isThere
  }

  /** What follows, so many milliseconds after the commit. */
  rule(elapsed: number): Ruling {
    const { min, max, passes, fails } = this.#rules
    const checks = [...this.#checks.values()]
    const failed = checks.flatMap((check) => check.failed(fails))
    if (failed.length > 0) {
      const reasons = failed.map((report) => `${causeOf(report)} failed ${fails} times in a row${saying(report)}`)
      return { kind: 'unhealthy', reasons, reports: failed, failedBefore: false }
    }
    const open = checks.filter((check) => !check.isWell(passes))
    if (open.length === 0 && elapsed >= min) return { kind: 'stable' }
    if (elapsed < max) return { kind: 'open' }
    return {
      kind: 'unhealthy',
      reasons: open.map((check) => `${check.name} ${check.describe(passes, max)}`),
      reports: open.flatMap((check) => check.reports),
      failedBefore: open.every((check) => check.isAsBefore(passes)),
    }
  }
}

class CheckTally {
  readonly name: string
  isThere = true
  readonly #failingBefore: ReadonlySet<string | undefined>
  readonly #isOfGround: boolean
  readonly #isStrict: boolean
  #runs = 0
  #tallies: ReadonlyMap<string | undefined, Tally> = new Map()

  constructor({ name, failingBefore, isOfGround }: ExpectedCheck, isStrict: boolean) {
    this.name = name
    this.#failingBefore = failingBefore
    this.#isOfGround = isOfGround
    this.#isStrict = isStrict
  }

  get reports(): readonly HealthReport[] {
    return [...this.#tallies.values()].map(({ report }) => report)
  }

  see(reports: readonly HealthReport[]): void {
    this.#runs += 1
    const counted = this.#isStrict ? reports : reports.filter(({ component }) => !this.#failingBefore.has(component))
    this.#tallies = new Map(counted.map((report) => [report.component, this.#count(report)]))
  }

  failed(fails: number): readonly HealthReport[] {
    return [...this.#tallies.values()].flatMap(({ failuresInARow, report }) =>
      failuresInARow >= fails && !this.#failingBefore.has(report.component) ? [report] : [],
    )
  }

  isWell(passes: number): boolean {
    const tallies = [...this.#tallies.values()]
    // What fails as it did before says nothing about the change, whatever it says.
    if (tallies.length === 0 && this.#failingBefore.size > 0 && !this.#isStrict) return true
    if (!this.isThere && this.#mayLeave(tallies)) return true
    if (tallies.length === 0) return this.#runs >= passes
    return tallies.every((tally) => isSound(tally, passes))
  }

  /** Whether all that keeps it from being well was failing before: it may hang since then, and have no word on the change. */
  isAsBefore(passes: number): boolean {
    if (this.#runs === 0) return this.isThere && this.#failingBefore.size > 0
    const wrong = [...this.#tallies.values()].filter((tally) => !isSound(tally, passes))
    return wrong.length > 0 && wrong.every(({ report }) => this.#failingBefore.has(report.component))
  }

  describe(passes: number, max: number): string {
    if (!this.isThere)
      return `left during the bake, ${this.#runs === 0 ? 'before it gave a verdict' : 'and failed until then'}`
    if (this.#runs === 0) return `gave no verdict within ${max} ms`
    const least = Math.min(...[...this.#tallies.values()].map((tally) => tally.passes))
    return least < passes
      ? `passed ${least} of ${passes} times within ${max} ms`
      : `failed as often as it passed within ${max} ms`
  }

  #mayLeave(tallies: readonly Tally[]): boolean {
    if (!this.#isOfGround) return true
    return this.#runs > 0 && tallies.every(({ failuresInARow }) => failuresInARow === 0)
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

function isSound({ passes, failures }: Tally, enough: number): boolean {
  return passes >= enough && passes > failures
}

function saying({ message }: HealthReport): string {
  return message === undefined ? '' : `: ${message.slice(0, 200)}`
}
