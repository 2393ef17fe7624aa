import { abortable, createController } from '../concurrency/abort.ts'
import type { Clock, Timer } from './clock.ts'
import { runStep, type StepEnd, type StepOptions } from './deadline.ts'

/** The time that several steps have together. It can become less while they go on, and never more. */
export interface Budget {
  /** Aborts when it is used up. Any number may listen. */
  readonly over: AbortSignal
  /** Makes it end `milliseconds` from now, unless it ends sooner anyway; 0 ends it at once. */
  shorten(milliseconds: number): void
  /** Lets go of its timer. */
  release(): void
}

/** What timers can wait for. */
const longest = 2 ** 31 - 1

/** A budget without end, until it is shortened. */
export function createBudget(clock: Clock): Budget {
  const controller = createController()
  let endsAt = Infinity
  let timer: Timer | undefined

  const end = () => controller.abort(new DOMException('The time for it is over', 'TimeoutError'))
  return {
    over: controller.signal,
    shorten(milliseconds) {
      const until = clock.monotonic() + Math.min(milliseconds, longest)
      if (until >= endsAt) return
      endsAt = until
      timer?.cancel()
      if (milliseconds <= 0) end()
      else timer = clock.schedule(Math.min(milliseconds, longest), end)
    },
    release() {
      timer?.cancel()
    },
  }
}

/**
 * Runs one step under its own deadline and within a budget: it ends as timed out, whichever is over first. A step that
 * comes after the end is begun all the same, and given up at once.
 */
export async function runStepWithin<T>(budget: Budget, options: Omit<StepOptions<T>, 'signal'>): Promise<StepEnd<T>> {
  if (budget.over.aborted) return runStep({ ...options, timeout: 0 })
  const end = await runStep({ ...options, signal: budget.over })
  return end.kind === 'aborted' ? { kind: 'timed_out', elapsed: end.elapsed } : end
}

/** Waits for `work` as long as there is time. False where it was given up. */
export async function doneWithin({ over }: Budget, work: PromiseLike<unknown>): Promise<boolean> {
  const done = Promise.resolve(work).then(() => true)
  try {
    return await abortable(done, over)
  } catch (error) {
    if (over.aborted) return false
    throw error
  }
}
