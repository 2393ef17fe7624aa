import { onAbort } from './abort.ts'

/** Calls `listener` once when `signal` aborts, at once if it has already. Returns a function that stops listening. */
export type AbortListening = (signal: AbortSignal | undefined, listener: () => void) => () => void

/**
 * Listens as `onAbort` does, but with one listener a signal however many ask for it: Node warns of a leak at the eleventh
 * on a signal that somebody else made and whose limit is not ours to raise. A listener must not throw.
 */
export function createSharedAbort(): AbortListening {
  const shared = new WeakMap<AbortSignal, Set<{ readonly call: () => void }>>()
  const releases = new WeakMap<AbortSignal, () => void>()

  return (signal, listener) => {
    if (signal === undefined || signal.aborted) return onAbort(signal, listener)
    const entry = { call: listener }
    const known = shared.get(signal)
    const listeners = known ?? new Set()
    listeners.add(entry)
    if (known === undefined) {
      shared.set(signal, listeners)
      const callAll = () => {
        shared.delete(signal)
        for (const each of listeners) each.call()
      }
      releases.set(signal, onAbort(signal, callAll))
    }
    return () => {
      listeners.delete(entry)
      if (listeners.size > 0 || shared.get(signal) !== listeners) return
      shared.delete(signal)
      releases.get(signal)?.()
    }
  }
}
