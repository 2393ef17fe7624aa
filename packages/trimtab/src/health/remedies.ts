import { describeThrown, TrimtabError } from '../errors/trimtab-error.ts'
import type { Remedy } from './check.ts'
import type { HealthEvent } from './health.ts'
import type { SettledCheck } from './settle-check.ts'

/** Carries out what checks ask for. */
export interface RemedyHost {
  /** How many may be in force at once. */
  readonly atMost: number
  /** Sets the values. Gives what takes them back; rejects, or gives the reason, where they are refused. */
  apply(remedy: Remedy, check: string): Promise<AppliedRemedy | { readonly refused: string }>
}

interface AppliedRemedy {
  readonly withdraw: () => void
  /** False once it has expired, or somebody else has ended it. */
  readonly isInForce: () => boolean
}

type Stage =
  | { readonly kind: 'watching' }
  | { readonly kind: 'applying' }
  | ({ readonly kind: 'applied' } & AppliedRemedy)

interface Course {
  readonly settled: SettledCheck
  readonly remedy: Remedy
  failures: number
  passes: number
  stage: Stage
}

/**
 * Applies what a check asks for after its failed rounds, once an outage, and takes it back when the check has recovered,
 * unless it has expired by then.
 *
 *     watching ──failed rounds──► applying ──done──► applied ──passes, or the check is gone──► watching
 *         ▲                          └──refused, after as many failed rounds once more──┘
 */
export class Remedies {
  readonly #host: RemedyHost | undefined
  readonly #tell: (event: Extract<HealthEvent, { kind: 'remedy' }>) => void
  readonly #courses = new Map<SettledCheck, Course>()

  constructor(host: RemedyHost | undefined, tell: (event: Extract<HealthEvent, { kind: 'remedy' }>) => void) {
    this.#host = host
    this.#tell = tell
  }

  get isEmpty(): boolean {
    return this.#courses.size === 0
  }

  /** Throws `option_invalid` where the check has a remedy and nobody has allowed any. */
  admit(settled: SettledCheck): void {
    const { remedy } = settled.check
    if (remedy === undefined) return
    if (this.#host === undefined)
      throw new TrimtabError(
        'option_invalid',
        `The health check ${settled.name} has a remedy, and remedies are off. ` +
          'Set the option health.remedies of createPlane() to { atMost: 1 }, or as many as may be in force at once.',
      )
    this.#courses.set(settled, { settled, remedy, failures: 0, passes: 0, stage: { kind: 'watching' } })
  }

  /** Whether what this check asks for is being applied, or in force. */
  isUnderWay(settled: SettledCheck): boolean {
    const stage = this.#courses.get(settled)?.stage.kind
    return stage === 'applying' || stage === 'applied'
  }

  /** Takes in one round of a check. */
  note(settled: SettledCheck, failed: boolean): void {
    const course = this.#courses.get(settled)
    if (course === undefined) return
    course.failures = failed ? course.failures + 1 : 0
    course.passes = failed ? 0 : course.passes + 1
    if (course.stage.kind === 'watching' && failed && course.failures % course.remedy.after === 0)
      void this.#apply(course)
    if (course.stage.kind === 'applied' && course.passes >= settled.rise) this.#withdraw(course)
  }

  /** The check is gone: nobody would see that it has recovered. */
  forget(settled: SettledCheck): void {
    const course = this.#courses.get(settled)
    if (course === undefined) return
    this.#courses.delete(settled)
    if (course.stage.kind === 'applied') this.#withdraw(course)
  }

  async #apply(course: Course): Promise<void> {
    const { settled, remedy } = course
    const host = this.#host
    const check = settled.name
    if (host === undefined) return
    const taken = [...this.#courses.values()].filter(({ stage }) => isTaken(stage)).length
    if (taken >= host.atMost) {
      const reason = `${taken} in force already, and health.remedies.atMost is ${host.atMost}`
      this.#tell({ kind: 'remedy', check, step: 'failed', reason })
      return
    }
    course.stage = { kind: 'applying' }
    const end = await attempt(() => host.apply(remedy, check))
    if ('refused' in end) {
      course.stage = { kind: 'watching' }
      this.#tell({ kind: 'remedy', check, step: 'failed', reason: end.refused })
      return
    }
    course.stage = { kind: 'applied', ...end }
    this.#tell({ kind: 'remedy', check, step: 'applied', reason: remedy.reason })
    // The world may have moved on while it was applied.
    const isGone = this.#courses.get(settled) !== course
    if (isGone || course.passes >= settled.rise) this.#withdraw(course)
  }

  #withdraw(course: Course): void {
    if (course.stage.kind !== 'applied') return
    const { withdraw } = course.stage
    course.stage = { kind: 'watching' }
    course.failures = 0
    const check = course.settled.name
    try {
      withdraw()
    } catch (error) {
      // Whoever takes in a run must not fail for it; what is left in force expires by itself.
      this.#tell({ kind: 'remedy', check, step: 'failed', reason: describeThrown(error) })
      return
    }
    this.#tell({ kind: 'remedy', check, step: 'withdrawn', reason: course.remedy.reason })
  }
}

/** One that has expired takes no place, though its outage goes on. */
function isTaken(stage: Stage): boolean {
  return stage.kind === 'applying' || (stage.kind === 'applied' && stage.isInForce())
}

async function attempt(
  apply: () => ReturnType<RemedyHost['apply']>,
): Promise<AppliedRemedy | { readonly refused: string }> {
  try {
    return await apply()
  } catch (error) {
    return { refused: describeThrown(error) }
  }
}
