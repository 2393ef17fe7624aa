import { onAbort } from '../primitives/concurrency/abort.ts'
import { deferred } from '../primitives/concurrency/deferred.ts'
import type { Disposer } from '../primitives/disposers.ts'

/**
 * Callbacks as the wakeups of a store: however many come while the reader is busy, it sees one. `listen` is called when
 * the reader begins, and what it returns when the reader leaves or the signal aborts, which ends the stream.
 */
export async function* wakeStream(
  signal: AbortSignal,
  listen: (wake: () => void) => Disposer,
): AsyncGenerator<void, void, undefined> {
  if (signal.aborted) return
  let next = deferred<void>()
  const stopListening = listen(() => next.resolve())
  const stopWaiting = onAbort(signal, () => next.resolve())
  try {
    for (;;) {
      await next.promise
      if (signal.aborted) return
      next = deferred()
      yield
      if (signal.aborted) return
    }
  } finally {
    stopWaiting()
    stopListening()
  }
}
