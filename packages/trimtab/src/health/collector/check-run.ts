import { createController } from '../../primitives/concurrency/abort.ts'
import type { HealthCheckContext } from '../check.ts'
import type { Collection } from './collection.ts'
import type { Beginning, Seen } from './sighting.ts'

/** One run of a check, which is also what the check is given. */
export class CheckRun implements HealthCheckContext, Seen {
  readonly beginning: Beginning
  /** On the monotonic clock; later where the loop was blocked when it came. */
  deadline: number
  extensions = 0
  /** Whether it counts in damping: rounds do, runs that somebody asked for in between do not. */
  counts: boolean
  /** Given up at its deadline; it goes on, and no other is started beside it. */
  isAbandoned = false
  hasEnded = false
  /** Until its end or its deadline, whichever came first. */
  duration = 0
  /** Who waits for it: mostly there is one. */
  #waiting: Collection | undefined
  #others: Collection[] | undefined
  #controller: AbortController | undefined
  #reason: Error | undefined

  constructor(beginning: Beginning, timeout: number, counts: boolean) {
    this.beginning = beginning
    this.deadline = beginning.startedAt + timeout
    this.counts = counts
  }

  get timedOut(): boolean {
    return this.isAbandoned
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

  /** Has `collection` wait for it. */
  keepWaiting(collection: Collection): void {
    collection.oneMore()
    if (this.#waiting === undefined) this.#waiting = collection
    else (this.#others ??= []).push(collection)
  }

  release(): void {
    const waiting = this.#waiting
    const others = this.#others
    this.#waiting = undefined
    this.#others = undefined
    waiting?.oneLess()
    if (others !== undefined) for (const other of others) other.oneLess()
  }
}
