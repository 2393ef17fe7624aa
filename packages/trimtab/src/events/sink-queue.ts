import { AsyncLocalStorage } from 'node:async_hooks'
import { describeThrown } from '../errors/trimtab-error.ts'
import { createController } from '../primitives/concurrency/abort.ts'
import type { Clock } from '../primitives/time/clock.ts'
import { runStep, type StepEnd } from '../primitives/time/deadline.ts'
import type { TrimtabEvent } from './event-types.ts'
import { sinkDefaults, type SinkStatus, type SinkWriter } from './sink.ts'

export interface SinkQueueParts {
  readonly name: string
  readonly writer: SinkWriter
  readonly clock: Clock
  /** Events that may wait. */
  readonly limit: number
  /** Takes secrets out of what a sink threw. */
  readonly scrub: (text: string) => string
  /** Told when it begins to lose events, and when it has recovered; `about` is the event at which that was seen. */
  readonly onState: (change: SinkChange, about: TrimtabEvent) => void
}

export type SinkChange =
  | { readonly kind: 'failing'; readonly why: string }
  | { readonly kind: 'recovered'; readonly lost: number; readonly lostInAll: number }

/** Milliseconds without a loss after which a sink counts as sound: one that loses every other event says so once. */
const quiet = 10_000

/** The longest timer there is. */
const longestBudget = 2 ** 31 - 1

/**
 * Gives one sink its events, one at a time and in order, and nobody waits for it.
 *
 * When more than `limit` wait, the oldest is lost: after a long outage what is newest says how things are. An event that
 * the sink refuses, or takes too long for, is lost as well, and the next one follows.
 */
export class SinkQueue {
  readonly #parts: SinkQueueParts
  readonly #waiting: TrimtabEvent[] = []
  readonly #closing = createController()
  /** A sink serves everybody: it is called in nobody's tenant, and in no request. */
  readonly #outside = AsyncLocalStorage.snapshot()
  #working: Promise<void> | undefined
  #delivered = 0
  #lost = 0
  #lostBefore = 0
  #lastLossAt = 0
  #state: SinkStatus['state'] = { kind: 'sound' }
  #closed = false

  constructor(parts: SinkQueueParts) {
    this.#parts = parts
  }

  get status(): SinkStatus {
    const { name } = this.#parts
    return {
      name,
      waiting: this.#waiting.length,
      delivered: this.#delivered,
      lost: this.#lost,
      state: this.#state,
    }
  }

  offer(event: TrimtabEvent): void {
    if (this.#closed) {
      this.#lose(event, 'it was closed before')
      return
    }
    this.#waiting.push(event)
    const { limit } = this.#parts
    const oldest = this.#waiting.length > limit ? this.#waiting.shift() : undefined
    if (oldest !== undefined) this.#lose(oldest, `its queue is full: ${limit} events wait`)
    this.#working ??= this.#outside(() => this.#work())
  }

  /** Delivers what waits within `budget` milliseconds, or until `over` aborts; what is left then is lost. */
  async close(budget: number, over?: AbortSignal): Promise<void> {
    const { clock, writer } = this.#parts
    const startedAt = clock.monotonic()
    const working = this.#working
    if (working !== undefined) await runStep({ clock, timeout: budget, signal: over, run: () => working })
    this.#closed = true
    for (const event of this.#waiting.splice(0))
      this.#lose(event, 'there was no time left for it when the plane was closed')
    this.#closing.abort(new Error('The plane is closed'))
    // What was under way has been given up by that.
    await this.#working
    if (writer.close === undefined) return
    const left = Math.max(sinkDefaults.flush / 5, budget - (clock.monotonic() - startedAt))
    await runStep({ clock, timeout: Math.min(left, longestBudget), run: () => writer.close?.() })
  }

  async #work(): Promise<void> {
    // Whoever tells something must not find itself inside a sink.
    await Promise.resolve()
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      const end = await this.#deliver(event)
      if (end.kind === 'done') this.#took(event)
      else this.#lose(event, describe(end))
    }
    this.#working = undefined
  }

  #deliver(event: TrimtabEvent): Promise<StepEnd<unknown>> {
    const { clock, writer } = this.#parts
    const { timeout = sinkDefaults.timeout } = writer
    return runStep({
      clock,
      timeout: Math.min(timeout, longestBudget),
      signal: this.#closing.signal,
      run: (signal) => writer.deliver(event, signal),
    })
  }

  #took(event: TrimtabEvent): void {
    this.#delivered += 1
    const { clock, onState } = this.#parts
    if (this.#state.kind !== 'failing' || clock.monotonic() - this.#lastLossAt < quiet) return
    this.#state = { kind: 'sound' }
    onState({ kind: 'recovered', lost: this.#lost - this.#lostBefore, lostInAll: this.#lost }, event)
  }

  #lose(event: TrimtabEvent, why: string): void {
    const { clock, onState, scrub } = this.#parts
    this.#lastLossAt = clock.monotonic()
    if (this.#state.kind === 'sound') {
      const said = scrub(why).slice(0, 500)
      this.#lostBefore = this.#lost
      this.#lost += 1
      this.#state = { kind: 'failing', since: clock.now(), why: said }
      onState({ kind: 'failing', why: said }, event)
    } else {
      this.#lost += 1
    }
  }
}

function describe(end: Exclude<StepEnd<unknown>, { kind: 'done' }>): string {
  switch (end.kind) {
    case 'failed':
      return describeThrown(end.error)
    case 'timed_out':
      return `it did not take an event within ${Math.round(end.elapsed)} ms`
    case 'aborted':
      return 'there was no time left for it when the plane was closed'
    default:
      return end satisfies never
  }
}
