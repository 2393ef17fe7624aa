import type { RecordedCall } from 'trimtab/testing'

/** What was done to modules since the last change, as people see it. */
export interface ModuleCalls {
  /** Who took the change up, in order. */
  readonly taken: readonly string[]
  /** Who took it back, in order. */
  readonly takenBack: readonly string[]
  readonly stopped: readonly string[]
  /** Who had anything done to it: asking whether a change would be accepted touches nothing. */
  readonly touched: readonly string[]
}

export function moduleCalls(calls: readonly RecordedCall[]): ModuleCalls {
  const taken: string[] = []
  const takenBack: string[] = []
  for (const { module, hook } of calls) {
    if (hook !== 'reload') continue
    // The way back is the same hook, called with the change reversed.
    if (taken.includes(module)) takenBack.push(module)
    else taken.push(module)
  }
  return {
    taken,
    takenBack,
    stopped: calls.filter(({ hook }) => hook === 'stop').map(({ module }) => module),
    touched: calls.filter(({ hook }) => hook !== 'check').map(({ module }) => module),
  }
}
