import type { Violation } from './violation.ts'

/** Which of the violations that are kept are meant. */
export interface ViolationQuery {
  /** Those alone that this tenant's work made, or that touched what is its own. */
  readonly tenant?: string | undefined
  /** At most so many, from the newest on. */
  readonly limit?: number | undefined
}

/** The newest violations. What it gives is frozen and its caller's own. */
export interface ViolationRing {
  add(violation: Violation): void
  /** The newest first. */
  list(query: ViolationQuery): readonly Violation[]
}

export function createViolationRing(capacity: number): ViolationRing {
  const entries: Violation[] = []
  let added = 0
  return {
    add(violation) {
      entries[added % capacity] = Object.freeze(violation)
      added += 1
    },
    list({ tenant, limit = capacity }) {
      const found: Violation[] = []
      for (let back = 1; back <= entries.length && found.length < limit; back += 1) {
        const entry = entries[(added - back) % capacity]
        if (entry === undefined) break
        if (tenant === undefined || entry.tenant === tenant || entry.owner === tenant) found.push(entry)
      }
      return Object.freeze(found)
    },
  }
}
