import { createController } from '../../primitives/concurrency/abort.ts'
import type { HealthCheckContext } from '../check.ts'
import type { Collection } from './collection.ts'
import type { Beginning, Ending, Seen } from './sighting.ts'

/** One run of a check. */
export class CheckRun implements Seen {
  readonly beginning: Beginning
  /** Its end or its deadline, whichever came first. */
  ending: Ending | undefined
  extensions = 0
  /** Whether it counts in damping: rounds do, runs that somebody asked for in between do not. */
  counts: boolean
  /** Given up at its deadline; it goes on, and no other is started beside it. */
  isAbandoned = false
  hasEnded = false
  readonly #timeout: number
  /** The deadline where it is a later one. A number of its own for each run costs more than working it out. */
  #extended: number | undefined
  /** Who waits for it: mostly there is one. */
  #waiting: Collection | Collection[] | undefined
  /** The controller once somebody has asked for the signal, or why it aborted before anybody did. */
  #stop: AbortController | Error | undefined

  constructor(beginning: Beginning, timeout: number, counts: boolean) {
    this.beginning = beginning
    this.#timeout = timeout
    this.counts = counts
  }

  get timedOut(): boolean {
    return this.isAbandoned
  }

  get duration(): number {
    return this.ending === undefined ? 0 : this.ending.at - this.beginning.startedAt
  }

  /** On the monotonic clock. */
  get deadline(): number {
    return this.#extended ?? this.beginning.startedAt + this.#timeout
  }

  /** The loop was blocked when the deadline came. */
  extend(deadline: number): void {
    this.#extended = deadline
    this.extensions += 1
  }

  /** Made when it is asked for: most checks never look at it, and it costs more than all the rest of a run. */
  get signal(): AbortSignal {
    const stop = this.#stop
    if (stop instanceof AbortController) return stop.signal
    const controller = createController()
    if (stop !== undefined) controller.abort(stop)
    this.#stop = controller
    return controller.signal
  }

  abort(reason: Error): void {
    if (this.#stop instanceof AbortController) this.#stop.abort(reason)
    else this.#stop ??= reason
  }

  /** Has `collection` wait for it. */
  keepWaiting(collection: Collection): void {
    collection.oneMore()
    if (this.#waiting === undefined) this.#waiting = collection
    else if (Array.isArray(this.#waiting)) this.#waiting.push(collection)
    else this.#waiting = [this.#waiting, collection]
  }

  release(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    this.#waiting = undefined
    if (!Array.isArray(waiting)) waiting.oneLess()
    else for (const each of waiting) each.oneLess()
  }
}

/** What the check itself is given: what is promised, and no way to the run. */
export class RunContext implements HealthCheckContext {
  readonly #run: CheckRun

  constructor(run: CheckRun) {
    this.#run = run
  }

  get signal(): AbortSignal {
    return this.#run.signal
  }
}
