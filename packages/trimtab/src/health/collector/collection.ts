import { keepAlive } from '../../primitives/time/clock.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'

/** Waits for several runs, for any number of callers. It is not over before `sealed`, because some runs end at once. */
export class Collection {
  /** What counted as current when it began: whoever comes after a change begins another one. */
  readonly epoch: number
  /** Whether it ran every check, or only those whose last run was too old. */
  readonly isFresh: boolean
  readonly #done = deferred<void>()
  #left = 1
  #letGo: (() => void) | undefined

  constructor(epoch: number, isFresh: boolean) {
    this.epoch = epoch
    this.isFresh = isFresh
  }

  get isOver(): boolean {
    return this.#left === 0
  }

  get done(): Promise<void> {
    return this.#done.promise
  }

  oneMore(): void {
    this.#left += 1
    // Somebody waits for the deadline, which alone keeps no process up.
    this.#letGo ??= keepAlive()
  }

  /** Says that there will be no more. */
  sealed(): void {
    this.oneLess()
  }

  oneLess(): void {
    this.#left -= 1
    if (this.#left > 0) return
    this.#letGo?.()
    this.#done.resolve()
  }
}
