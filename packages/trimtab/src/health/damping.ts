import { type HealthStatus, healthStatuses } from './check.ts'
import { severityOf } from './finding/severity.ts'

/**
 * Turns what single runs observe into what a component counts as. The first observation counts at once. From then on
 * `fall` observations in a row that are worse move it to the mildest of them, and `rise` in a row that are better to the
 * worst of those: one bad answer takes nothing down, one good answer brings nothing back.
 */
export class Damping {
  readonly #fall: number
  readonly #rise: number
  #status: HealthStatus = 'unknown'
  #isFirst = true
  /** For each status, how many observations in a row were at least as bad, and at most as bad. */
  readonly #worse = [0, 0, 0, 0]
  readonly #better = [0, 0, 0, 0]

  constructor({ fall, rise }: { readonly fall: number; readonly rise: number }) {
    this.#fall = fall
    this.#rise = rise
  }

  /** What it counts as; `unknown` before the first observation. */
  get status(): HealthStatus {
    return this.#status
  }

  /** Whether anything has been observed. */
  get isNew(): boolean {
    return this.#isFirst
  }

  observe(observed: HealthStatus): HealthStatus {
    const severity = severityOf(observed)
    if (this.#isFirst) {
      this.#isFirst = false
      this.#status = observed
    }
    const current = severityOf(this.#status)
    if (severity === 0 && current === 0) {
      // The usual case, a million times an hour in a large fleet: nothing is bad and nothing was.
      const worse = this.#worse
      worse[1] = worse[2] = worse[3] = 0
      return this.#status
    }
    for (let level = 0; level < healthStatuses.length; level += 1) {
      this.#worse[level] = severity >= level ? (this.#worse[level] ?? 0) + 1 : 0
      this.#better[level] = severity <= level ? (this.#better[level] ?? 0) + 1 : 0
    }
    const next = this.#moved(current)
    // Within the list: a level is an index of it.
    this.#status = healthStatuses[next] ?? this.#status
    return this.#status
  }

  #moved(current: number): number {
    for (let level = healthStatuses.length - 1; level > current; level -= 1)
      if ((this.#worse[level] ?? 0) >= this.#fall) return level
    for (let level = 0; level < current; level += 1) if ((this.#better[level] ?? 0) >= this.#rise) return level
    return current
  }
}
