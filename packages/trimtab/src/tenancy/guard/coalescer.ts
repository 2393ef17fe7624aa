import type { Clock, Timer } from '../../primitives/time/clock.ts'
import type { Violation, ViolationKind } from './violation.ts'

/** Violations of one kind, told together. */
interface ViolationBatch {
  readonly violation: Violation
  /** How many there were since the last telling, the newest of which is `violation`. */
  readonly count: number
}

/** Tells violations at most so often a kind; none is left out, each is in one count. */
export interface Coalescer {
  add(violation: Violation): void
  /** Tells what waits, and nothing from then on. */
  close(): void
}

export interface CoalescerParts {
  readonly clock: Clock
  /** Milliseconds between two tellings of one kind. */
  readonly spacing: number
  readonly tell: (batch: ViolationBatch) => void
}

interface Window {
  readonly timer: Timer
  newest: Violation | undefined
  count: number
}

/** The first is told at once; those that come within `spacing` of it when that has passed. */
export function createCoalescer({ clock, spacing, tell }: CoalescerParts): Coalescer {
  const windows = new Map<ViolationKind, Window>()
  let isClosed = false

  const open = (kind: ViolationKind) => {
    const timer = clock.schedule(spacing, () => {
      const window = windows.get(kind)
      windows.delete(kind)
      if (window?.newest === undefined) return
      open(kind)
      tell({ violation: window.newest, count: window.count })
    })
    windows.set(kind, { timer, newest: undefined, count: 0 })
  }
  return {
    add(violation) {
      if (isClosed) return
      const window = windows.get(violation.kind)
      if (window === undefined) {
        open(violation.kind)
        tell({ violation, count: 1 })
        return
      }
      window.newest = violation
      window.count += 1
    },
    close() {
      isClosed = true
      const waiting = [...windows.values()]
      windows.clear()
      for (const { timer, newest, count } of waiting) {
        timer.cancel()
        if (newest !== undefined) tell({ violation: newest, count })
      }
    },
  }
}
