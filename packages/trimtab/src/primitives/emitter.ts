import type { Disposer } from './disposers.ts'

/** Something to listen to. A listener that throws or rejects harms neither the emitter nor another listener. */
export interface Emitter<T> {
  /** Calls `listener` for everything emitted from now on, in order. Returns a function that ends it. */
  on(listener: (value: T) => unknown): Disposer
}

export interface EmitterSource<T> extends Emitter<T> {
  /** Tells every listener that was there when the call began; never throws. */
  emit(value: T): void
  readonly size: number
}

/** `onListenerError` is told what a listener threw or rejected with; what it throws itself is dropped. */
export function createEmitter<T>(onListenerError: (error: unknown) => void = () => {}): EmitterSource<T> {
  const listeners = new Set<{ readonly call: (value: T) => unknown }>()
  const report = (error: unknown) => {
    try {
      onListenerError(error)
    } catch {
      // There is nobody left to tell.
    }
  }
  const notify = async (call: (value: T) => unknown, value: T) => {
    try {
      // Awaiting inside takes in hostile thenables too; the synchronous part has run before the first await.
      await call(value)
    } catch (error) {
      report(error)
    }
  }
  return {
    on(listener) {
      // An entry of its own for each call: the same function may listen twice and leave once.
      const entry = { call: listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    emit(value) {
      for (const entry of [...listeners]) if (listeners.has(entry)) void notify(entry.call, value)
    },
    get size() {
      return listeners.size
    },
  }
}
