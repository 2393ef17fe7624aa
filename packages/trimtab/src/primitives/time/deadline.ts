import { abortReason, createController, onAbort } from '../concurrency/abort.ts'
import type { Clock, Timer } from './clock.ts'

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
  const elapsed = () => clock.monotonic() - startedAt
  const controller = createController()

  return new Promise((resolve) => {
    let open = true
    let timer: Timer | undefined
    let stopListening = () => {}
    const end = (result: StepEnd<T>) => {
      open = false
      timer?.cancel()
      stopListening()
      resolve(result)
    }
    // The result is fixed before the step hears of it: an abort listener of its own can't change it.
    const abandon = (result: StepEnd<T>, reason: Error) => {
      if (!open) return
      end(result)
      controller.abort(reason)
    }
    const onParentAbort = () => {
      const error = abortReason(signal)
      abandon({ kind: 'aborted', error, elapsed: elapsed() }, error)
    }
    if (signal?.aborted) {
      onParentAbort()
      return
    }
    stopListening = onAbort(signal, onParentAbort)
    timer = clock.schedule(timeout, () => {
      const reason = new DOMException(`The deadline of ${timeout} ms passed`, 'TimeoutError')
      abandon({ kind: 'timed_out', elapsed: elapsed() }, reason)
    })

    // A hostile hook may return a thenable whose `then` throws or calls back twice; an async function makes one
    // settlement of all that.
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
