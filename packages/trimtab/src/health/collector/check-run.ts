import { createController } from '../../primitives/concurrency/abort.ts'
import type { HealthCheckContext } from '../check.ts'

/** What is known when a run begins. */
export interface RunFacts {
  /** On the monotonic clock. */
  readonly startedAt: number
  /** Wall time. */
  readonly at: number
  readonly generation: number
  readonly epoch: number
}

/** One run of a check, which is also what the check is given. */
export class CheckRun implements HealthCheckContext {
  readonly facts: RunFacts
  /** On the monotonic clock; later where the loop was blocked when it came. */
  deadline: number
  extensions = 0
  /** Whether it counts in damping: rounds do, runs that somebody asked for in between do not. */
  counts: boolean
  /** Given up at its deadline; it goes on, and no other is started beside it. */
  isAbandoned = false
  hasEnded = false
  /** Collections that wait for it. */
  readonly waiting: { oneLess(): void }[] = []
  #controller: AbortController | undefined
  #reason: Error | undefined

  constructor(facts: RunFacts, timeout: number, counts: boolean) {
    this.facts = facts
    this.deadline = facts.startedAt + timeout
    this.counts = counts
  }

  /** Made when it is asked for: most checks never look at it, and it costs more than all the rest of a run. */
  get signal(): AbortSignal {
    this.#controller ??= createController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
  }

  release(): void {
    for (const waiting of this.waiting.splice(0)) waiting.oneLess()
  }
}
