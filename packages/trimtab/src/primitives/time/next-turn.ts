import { setImmediate } from 'node:timers/promises'

/** Resolves when everything else that waits has had its turn: for work that is long and not urgent. */
export function nextTurn(): Promise<void> {
  return setImmediate()
}
