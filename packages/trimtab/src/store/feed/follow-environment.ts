import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortable, createController } from '../../primitives/concurrency/abort.ts'
import { createEmitter, type Emitter, type EmitterSource } from '../../primitives/emitter.ts'
import type { Random } from '../../primitives/random.ts'
import { type Backoff, backoffDelay } from '../../primitives/time/backoff.ts'
import type { Clock, Timer } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { ConfigStore, FeedStatus } from '../config-store.ts'
import type { EnvironmentDocument } from '../document.ts'
import { replay } from '../history/replay.ts'
import type { Revision } from '../revision.ts'
import type { AdoptedBecause, FeedEvent, FeedHealth } from './feed-event.ts'

export interface FeedParts {
  readonly store: ConfigStore
  readonly environment: string
  readonly clock: Clock
  readonly random: Random
  /** What an earlier process read last, if that is known: only what came after it is read. */
  readonly from?: EnvironmentDocument | undefined
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

/** Milliseconds, and how much is asked for at a time. */
export const feedTimings = {
  /** From one reading to the next, whatever the store has told: what repairs a notification that was lost. */
  interval: 4_000,
  /** What one request to the store may take. A connection that has gone silent answers never. */
  readTimeout: 3_000,
  backoff: { initial: 100, max: 4_000 } satisfies Backoff,
  /** Failures in a row after which what is served counts as stale. */
  staleAfter: 3,
  /** Revisions read at a time. */
  batch: 200,
} as const

/** One environment, followed. */
export interface EnvironmentFeed {
  /** The newest that has been read; undefined before the first reading. It never goes back within one history. */
  readonly document: EnvironmentDocument | undefined
  readonly health: FeedHealth
  /** How the store tells of new revisions. */
  readonly status: FeedStatus
  readonly events: Emitter<FeedEvent>
  /**
   * Resolves when a reading that began after this call has been completed. Rejects with `store_unavailable` when the next
   * attempt fails, or with the signal's reason.
   */
  refresh(signal?: AbortSignal): Promise<EnvironmentDocument>
  /** Ends it. Idempotent; nothing is told afterwards. */
  close(): Promise<void>
}

/**
 * Follows one environment of a store: reads everything once, and then what comes after its cursor, whenever the store
 * wakes it and on a slow timer, one reading at a time. A wake-up carries no truth; several during a reading make one more.
 * A failure is tried again for ever, ever later; what was read last stays.
 */
export function followEnvironment(parts: FeedParts): EnvironmentFeed {
  return new LiveFeed(parts)
}

interface Waiting {
  resolve(document: EnvironmentDocument): void
  reject(error: Error): void
}

/**
 *     idle ──wake, timer, refresh──► reading ──done──► idle: the timer begins anew
 *                  ▲                    │ ├─ woken meanwhile ──► reading
 *                  └──── back-off ──────┘ failed
 */
class LiveFeed implements EnvironmentFeed {
  readonly #parts: FeedParts
  readonly #closing = createController()
  readonly #events: EmitterSource<FeedEvent>
  readonly #listening: Promise<void>
  #document: EnvironmentDocument | undefined
  #timer: Timer | undefined
  #reading: Promise<void> | undefined
  /** Whether something asked for a reading while one was under way, which may have begun too early to see it. */
  #isWoken = false
  /** Callers of `refresh` for the reading under way, and for the one after it. */
  #served: Waiting[] = []
  #waiting: Waiting[] = []
  #attempts = 0
  #error: TrimtabError | undefined
  #readAt: number | undefined
  #staleSince: number | undefined

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#document = parts.from
    this.#events = createEmitter(parts.onListenerError)
    this.#listening = this.#listen()
    this.#wake()
  }

  get document(): EnvironmentDocument | undefined {
    return this.#document
  }

  get events(): Emitter<FeedEvent> {
    return this.#events
  }

  get status(): FeedStatus {
    return this.#parts.store.feedStatus(this.#parts.environment)
  }

  get health(): FeedHealth {
    const attempts = this.#attempts
    const error = this.#error
    const readAt = this.#readAt
    if (this.#staleSince !== undefined && error !== undefined)
      return { kind: 'stale', readAt, since: this.#staleSince, attempts, error }
    if (readAt === undefined) return { kind: 'starting', attempts, error }
    return error === undefined ? { kind: 'current', readAt } : { kind: 'retrying', readAt, attempts, error }
  }

  refresh(signal?: AbortSignal): Promise<EnvironmentDocument> {
    if (this.#closing.signal.aborted) return Promise.reject(closed())
    const asked = new Promise<EnvironmentDocument>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#wake()
    return abortable(asked, signal)
  }

  async close(): Promise<void> {
    this.#closing.abort(closed())
    this.#timer?.cancel()
    for (const each of [...this.#served, ...this.#waiting]) each.reject(closed())
    this.#served = []
    this.#waiting = []
    await Promise.all([this.#listening, this.#reading])
  }

  async #listen(): Promise<void> {
    const { store, environment } = this.#parts
    const { signal } = this.#closing
    try {
      for await (const _ of store.wakeups(environment, signal)) this.#wake()
    } catch {
      // A store keeps its promise never to throw here; where one does not, the slow timer repairs it.
    }
  }

  #wake(): void {
    if (this.#closing.signal.aborted) return
    if (this.#reading !== undefined) {
      this.#isWoken = true
      return
    }
    this.#timer?.cancel()
    this.#reading = this.#readOnce().finally(() => {
      this.#reading = undefined
      if (this.#closing.signal.aborted) return
      if (this.#isWoken || this.#waiting.length > 0) {
        // A failure is not repeated at once because somebody woke: the store is as far away as it was.
        if (this.#error === undefined || this.#waiting.length > 0) return this.#wake()
      }
      this.#schedule()
    })
  }

  #schedule(): void {
    const { clock, random } = this.#parts
    const { interval, backoff } = feedTimings
    const delay = this.#error === undefined ? interval : backoffDelay(backoff, this.#attempts, random)
    this.#timer = clock.schedule(delay, () => this.#wake())
  }

  async #readOnce(): Promise<void> {
    this.#isWoken = false
    this.#served = this.#waiting
    this.#waiting = []
    try {
      await this.#catchUp()
      if (this.#closing.signal.aborted) return
      this.#succeeded()
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#failed(asUnavailable(error))
    }
  }

  async #catchUp(): Promise<void> {
    const { store, environment } = this.#parts
    for (;;) {
      const known = this.#document
      if (known === undefined) return await this.#adopt('first_read')
      const since = await this.#ask((signal) => store.since(environment, known.cursor, feedTimings.batch, signal))
      switch (since.kind) {
        case 'changes':
          if (since.revisions.length > 0) this.#advance(known, since.revisions)
          if (!since.more) return
          break
        case 'cursor_too_old':
          return await this.#adopt('cursor_too_old')
        case 'cursor_unknown':
          return await this.#adopt('rewound')
        default:
          since satisfies never
      }
    }
  }

  #advance(known: EnvironmentDocument, revisions: readonly Revision[]): void {
    const next = replay(known, revisions)
    this.#document = next
    this.#tell({ kind: 'advanced', previous: known, next, revisions })
  }

  async #adopt(because: AdoptedBecause): Promise<void> {
    const { store, environment } = this.#parts
    const next = await this.#ask((signal) => store.readEnvironment(environment, signal))
    const previous = this.#document
    this.#document = next
    this.#tell({ kind: 'adopted', because, previous, next })
  }

  /** One request under a deadline. Its late answer is nobody's: what it would have told is read again. */
  async #ask<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#parts
    const end = await runStep({ clock, timeout: feedTimings.readTimeout, signal: this.#closing.signal, run: request })
    switch (end.kind) {
      case 'done':
        return end.value
      case 'failed':
      case 'aborted':
        throw end.error
      case 'timed_out':
        throw new TrimtabError('store_unavailable', `The store did not answer within ${feedTimings.readTimeout} ms.`)
      default:
        return end satisfies never
    }
  }

  #succeeded(): void {
    const { clock } = this.#parts
    const { document } = this
    const staleSince = this.#staleSince
    this.#attempts = 0
    this.#error = undefined
    this.#staleSince = undefined
    this.#readAt = clock.now()
    const served = this.#served
    this.#served = []
    if (document === undefined) return
    for (const { resolve } of served) resolve(document)
    if (staleSince !== undefined)
      this.#tell({ kind: 'restored', cursor: document.cursor, lostFor: Math.max(0, clock.now() - staleSince) })
  }

  #failed(error: TrimtabError): void {
    this.#attempts += 1
    this.#error = error
    const served = this.#served
    this.#served = []
    for (const { reject } of served) reject(error)
    if (this.#attempts < feedTimings.staleAfter || this.#staleSince !== undefined) return
    this.#staleSince = this.#parts.clock.now()
    this.#tell({ kind: 'lost', attempts: this.#attempts, error })
  }

  #tell(event: FeedEvent): void {
    if (!this.#closing.signal.aborted) this.#events.emit(event)
  }
}

function asUnavailable(error: unknown): TrimtabError {
  if (isTrimtabError(error)) return error
  return new TrimtabError('store_unavailable', 'The store could not be read.', { cause: error })
}

function closed(): TrimtabError {
  return new TrimtabError('plane_closed', 'The feed is closed.')
}
