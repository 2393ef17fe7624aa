import { AsyncLocalStorage } from 'node:async_hooks'
import type { UnitId } from './instance.ts'

/** Knows inside which hook code runs, however deep in what that hook called. */
export interface HookCalls {
  /** Runs a hook that somebody waits for, until it settles or its signal aborts. */
  run<T>(unit: UnitId, signal: AbortSignal, hook: () => T | PromiseLike<T>): Promise<T>
  /** Whose hook the caller is in; undefined outside, and in what a hook started and that goes on after it. */
  readonly current: UnitId | undefined
  /** Nobody waits for any hook now. */
  pause(): void
}

export function createHookCalls(): HookCalls {
  const calls = new AsyncLocalStorage<{ readonly unit: UnitId; readonly signal: AbortSignal; isOver: boolean }>()
  return {
    async run(unit, signal, hook) {
      const call = { unit, signal, isOver: false }
      try {
        return await calls.run(call, hook)
      } finally {
        call.isOver = true
      }
    },
    get current() {
      const call = calls.getStore()
      return call === undefined || call.isOver || call.signal.aborted ? undefined : call.unit
    },
    pause() {
      // On Node 20 a storage that is in use costs every promise of the process something.
      calls.disable()
    },
  }
}
