import type { Clock, Timer } from '../../primitives/time/clock.ts'
import type { Disposer } from '../../primitives/disposers.ts'

/** Before it expires, in milliseconds, somebody is told. */
export const day = 86_400_000
/** How often the wall clock is looked at: it jumps, and a timer can't wait for months. */
const longestWait = 3_600_000

export type Expiry = 'soon' | 'expired'

/** Calls `onExpiry` once when `validTo` (wall time) is less than a day away, and once when it has passed. */
export function watchExpiry(clock: Clock, validTo: number, onExpiry: (expiry: Expiry) => void): Disposer {
  let timer: Timer | undefined
  const waitFor = (at: number, then: () => void) => {
    const left = at - clock.now()
    if (left <= 0) then()
    else timer = clock.schedule(Math.min(left, longestWait), () => waitFor(at, then))
  }
  waitFor(validTo - day, () => {
    if (clock.now() < validTo) onExpiry('soon')
    waitFor(validTo, () => onExpiry('expired'))
  })
  return () => timer?.cancel()
}
