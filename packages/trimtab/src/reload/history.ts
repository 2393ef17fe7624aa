import type { Outcome } from './outcome.ts'

/** The newest outcomes, newest first. */
export interface History {
  readonly outcomes: readonly Outcome[]
  readonly last: Outcome | undefined
  /** `repeated`: it takes the place of the one before, so that retries don't push out what happened. */
  add(outcome: Outcome, repeated: boolean): void
}

export function createHistory(limit: number): History {
  let outcomes: readonly Outcome[] = Object.freeze([])
  return {
    get outcomes() {
      return outcomes
    },
    get last() {
      return outcomes[0]
    },
    add(outcome, repeated) {
      outcomes = Object.freeze([outcome, ...outcomes.slice(repeated ? 1 : 0)].slice(0, limit))
    },
  }
}
