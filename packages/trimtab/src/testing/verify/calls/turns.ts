// From the module, not the global: a runner's fake timers replace the globals, and time would stand still for ever.
// oxlint-disable-next-line house/no-ambient-clock -- an immediate waits for no time
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../../primitives/time/clock.ts'

/** Lets the event loop turn: everything that waits for nothing else goes on. */
export async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await turn()
}

/** Waits until `isReady`, at most `budget` milliseconds. False where it did not come to be. */
export async function waitUntil(clock: Clock, budget: number, isReady: () => boolean): Promise<boolean> {
  const startedAt = clock.monotonic()
  while (!isReady()) {
    if (clock.monotonic() - startedAt > budget) return false
    await turn()
  }
  return true
}
