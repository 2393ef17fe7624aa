import { abortReason } from '../concurrency/abort.ts'

/** A call that has not happened yet. `cancel` is idempotent and harmless after the call. */
export interface Timer {
  cancel(): void
}

/** Where the library takes its time from, so that a test can move it by hand. */
export interface Clock {
  /** Wall time in milliseconds since 1970: to be shown to people, never to measure with, because it jumps. */
  now(): number
  /** Milliseconds that only go forward, from an arbitrary start: to measure and to wait with. */
  monotonic(): number
  /** Calls `callback` once, `delay` milliseconds from now. A waiting timer never keeps the process alive. */
  schedule(delay: number, callback: () => void): Timer
}

/**
 * The machine's own time.
 *
 * @example
 * const timer = systemClock.schedule(1_000, () => console.log(systemClock.now()))
 * timer.cancel()
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delay, callback) {
    const handle = setTimeout(callback, delay)
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Resolves after `delay` milliseconds; rejects with the signal's reason, its timer cancelled, when aborted before. */
export function sleep(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal))
      return
    }
    const onAbort = () => {
      timer.cancel()
      reject(abortReason(signal))
    }
    const timer = clock.schedule(delay, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** Keeps the process running until the returned function is called. */
export function keepAlive(): () => void {
  let interval: NodeJS.Timeout | undefined
  // Much of what is waited for is over within this turn of the loop, and an immediate costs a fifth of a timer.
  const immediate = setImmediate(() => {
    // The longest interval there is: it never has to do anything.
    interval = setInterval(() => {}, 2 ** 31 - 1)
  })
  return () => {
    clearImmediate(immediate)
    clearInterval(interval)
  }
}

/** Keeps the process running until `work` has settled: what waits on our timers alone would otherwise end unheard. */
export async function keptAlive<T>(work: () => Promise<T>): Promise<T> {
  const letGo = keepAlive()
  try {
    return await work()
  } finally {
    letGo()
  }
}
