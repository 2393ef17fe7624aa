import { abortReason, childController, onAbort } from './abort.ts'
import type { Clock } from './clock.ts'

/** How a step with a deadline ended. `elapsed` is in milliseconds on the monotonic clock. */
export type StepEnd<T> =
  | { readonly kind: 'done'; readonly value: T; readonly elapsed: number }
  | { readonly kind: 'failed'; readonly error: unknown; readonly elapsed: number }
  | { readonly kind: 'timed_out'; readonly elapsed: number }
  | { readonly kind: 'aborted'; readonly error: Error; readonly elapsed: number }

export interface StepOptions<T> {
  readonly clock: Clock
  /** Milliseconds the step may take. */
  readonly timeout: number
  /** Abandons the step when it aborts; leave it away for steps that must not be cancelled by a caller. */
  readonly signal?: AbortSignal | undefined
  /** Its signal aborts when the deadline passes or `signal` does. It may ignore that: it is abandoned all the same. */
  readonly run: (signal: AbortSignal) => T | PromiseLike<T>
  /** Receives what an abandoned step gave after all, so that a late resource can be disposed. */
  readonly onLate?: ((end: { readonly value: T } | { readonly error: unknown }) => void) | undefined
}

/**
 * Runs one step under an enforced deadline. It never rejects and never leaves a timer or listener behind; a step that
 * hangs for ever costs only its own promise.
 *
 * @example
 * const end = await runStep({ clock: systemClock, timeout: 5_000, run: (signal) => module.check({ signal }) })
 * if (end.kind === 'timed_out') refuse('did not answer within 5 s')
 */
export function runStep<T>(options: StepOptions<T>): Promise<StepEnd<T>> {
  const { clock, timeout, signal, run, onLate } = options
  const startedAt = clock.monotonic()
  const { controller, release } = childController(signal)

  return new Promise((resolve) => {
    let open = true
    const end = (result: StepEnd<T>) => {
      open = false
      timer.cancel()
      stopListening()
      release()
      resolve(result)
    }
    const elapsed = () => clock.monotonic() - startedAt

    const timer = clock.schedule(timeout, () => {
      if (!open) return
      // The result is fixed before the step hears of it: an abort listener that throws or settles cannot change it.
      const result: StepEnd<T> = { kind: 'timed_out', elapsed: elapsed() }
      end(result)
      controller.abort(new DOMException(`The deadline of ${timeout} ms passed`, 'TimeoutError'))
    })
    let stopListening = () => {}
    if (signal?.aborted) {
      end({ kind: 'aborted', error: abortReason(signal), elapsed: 0 })
      return
    }
    stopListening = onAbort(signal, () => {
      if (open) end({ kind: 'aborted', error: abortReason(signal), elapsed: elapsed() })
    })

    // A hostile hook may return a thenable whose `then` throws or calls back twice; `Promise.resolve` in an async
    // function turns all of that into one settlement.
    const running = (async () => run(controller.signal))()
    running.then(
      (value) => {
        if (open) end({ kind: 'done', value, elapsed: elapsed() })
        else onLate?.({ value })
      },
      (error: unknown) => {
        if (open) end({ kind: 'failed', error, elapsed: elapsed() })
        else onLate?.({ error })
      },
    )
  })
}
