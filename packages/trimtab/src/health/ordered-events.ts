import { createEmitter, type EmitterSource } from '../primitives/emitter.ts'

/**
 * An emitter whose listeners all hear everything in the same order, also when one of them causes the next event while it
 * is told of this one.
 */
export function orderedEmitter<T>(onListenerError: (error: unknown) => void): EmitterSource<T> {
  const inner = createEmitter<T>(onListenerError)
  const waiting: T[] = []
  let telling = false
  return {
    on: (listener) => inner.on(listener),
    emit(value) {
      waiting.push(value)
      if (telling) return
      telling = true
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) inner.emit(next)
      telling = false
    },
    get size() {
      return inner.size
    },
  }
}
