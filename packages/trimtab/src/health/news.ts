import type { HealthStatus } from './check.ts'
import type { Transition } from './collector/check-entry.ts'

/** Components that are remembered. */
const most = 1_024

/**
 * What of the transitions is news. That something is well when it is first seen is none: each start would tell of everything.
 * It is one where whoever listens still has to think otherwise, because it left while it was not well and has come back.
 */
export class News {
  /** What was last told of components that are not well, the oldest first. */
  readonly #unwell = new Map<string, HealthStatus>()

  of(transitions: readonly Transition[]): readonly Pick<Transition, 'report' | 'previous'>[] {
    return transitions.flatMap(({ report, previous, isFirst }) => {
      const { check, component, status } = report
      const key = JSON.stringify([check, component])
      const told = this.#unwell.get(key)
      this.#unwell.delete(key)
      if (status === 'healthy') {
        if (isFirst && told === undefined) return []
        return [{ report, previous: told ?? previous }]
      }
      if (status === previous) return []
      this.#unwell.set(key, status)
      for (const [oldest] of this.#unwell) {
        if (this.#unwell.size <= most) break
        this.#unwell.delete(oldest)
      }
      return [{ report, previous }]
    })
  }
}
