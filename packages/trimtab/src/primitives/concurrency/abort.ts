import { setMaxListeners } from 'node:events'

/** Why a signal was aborted, always as an Error: a caller may have aborted with anything. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason
  return reason instanceof Error ? reason : new DOMException('The operation was aborted', 'AbortError')
}

/** Calls `listener` once when `signal` aborts, at once if it has already. Returns a function that stops listening. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {}
  if (signal.aborted) {
    listener()
    return () => {}
  }
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

/** A controller whose signal any number of steps may listen to without Node's warning of a leak. */
export function createController(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}

/**
 * A controller that aborts when any parent does. `release` detaches it from its parents, so that a long-lived parent
 * does not collect listeners (`AbortSignal.any` keeps its dependants until they are collected).
 */
export function childController(...parents: readonly (AbortSignal | undefined)[]): {
  readonly controller: AbortController
  readonly release: () => void
} {
  const controller = createController()
  const releases = parents.map((parent) => onAbort(parent, () => controller.abort(abortReason(parent))))
  return {
    controller,
    release: () => {
      for (const release of releases) release()
    },
  }
}

/** Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. Never leaves a listener behind. */
export function abortable<T>(promise: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const release = onAbort(signal, () => reject(abortReason(signal)))
    promise.then(
      (value) => {
        release()
        resolve(value)
      },
      (error: unknown) => {
        release()
        reject(error)
      },
    )
  })
}
