import { type Budget, createBudget } from '../primitives/time/budget.ts'
import type { Clock } from '../primitives/time/clock.ts'

/** How long what runs may still take to end: as long as its own timeouts allow, until the plane closes within less. */
export interface Lifetime {
  /** For everything. */
  readonly all: Budget
  /** For the users of resources that were replaced: half, so that what these stand on has time to stop after them. */
  readonly drains: Budget
  /** Leaves so many milliseconds, unless there are less already. */
  shorten(milliseconds: number): void
}

export function createLifetime(clock: Clock): Lifetime {
  const all = createBudget(clock)
  const drains = createBudget(clock)
  return {
    all,
    drains,
    shorten(milliseconds) {
      all.shorten(milliseconds)
      drains.shorten(milliseconds / 2)
    },
  }
}
