import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortable, createController } from '../../primitives/concurrency/abort.ts'
import { createEmitter, type Emitter, type EmitterSource } from '../../primitives/emitter.ts'
import { supervise } from '../../primitives/concurrency/supervise.ts'
import { backoffDelay } from '../../primitives/time/backoff.ts'
import type { Timer } from '../../primitives/time/clock.ts'
import type { FeedStatus } from '../config-store.ts'
import { sameCursor } from '../cursor.ts'
import type { EnvironmentDocument } from '../document.ts'
import { replay } from '../history/replay.ts'
import type { Revision } from '../revision.ts'
import { askStore, readAll } from './ask-store.ts'
import type { EnvironmentFeed, FeedParts } from './environment-feed.ts'
import type { AdoptedBecause, FeedEvent, FeedHealth } from './feed-event.ts'
import { type FeedCounts, FeedRecord } from './feed-record.ts'
import { feedTimings } from './feed-timings.ts'

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
  readonly #record: FeedRecord
  #document: EnvironmentDocument | undefined
  #timer: Timer | undefined
  #reading: Promise<void> | undefined
  /** Whether something asked for a reading while one was under way, which may have begun too early to see it. */
  #isWoken = false
  #beganAt = 0
  /** Revisions to ask for at a time. */
  #batch: number = feedTimings.batch.most
  /** Callers of `refresh` for the reading under way, and for the one after it. */
  #served: Waiting[] = []
  #waiting: Waiting[] = []

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#document = parts.from
    this.#record = new FeedRecord(parts.clock)
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
    try {
      return this.#parts.store.feedStatus(this.#parts.environment)
    } catch (error) {
      // It is closed: nobody will be told of anything by it.
      return { kind: 'connecting', attempts: this.#record.attempts, error: asUnavailable(error).message }
    }
  }

  get counts(): FeedCounts {
    return this.#record.counts
  }

  get age(): number | undefined {
    return this.#record.age
  }

  get health(): FeedHealth {
    return this.#record.health
  }

  refresh(signal?: AbortSignal): Promise<EnvironmentDocument> {
    if (this.#closing.signal.aborted) return Promise.reject(closed())
    const asked = new Promise<EnvironmentDocument>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#wake()
    return abortable(asked, signal)
  }

  ready(signal?: AbortSignal): Promise<EnvironmentDocument> {
    if (this.#closing.signal.aborted) return Promise.reject(closed())
    const document = this.#document
    if (document !== undefined && this.#record.age !== undefined) return Promise.resolve(document)
    if (this.#reading === undefined) return this.refresh(signal)
    return abortable(new Promise((resolve, reject) => this.#served.push({ resolve, reject })), signal)
  }

  async close(): Promise<void> {
    this.#closing.abort(closed())
    this.#timer?.cancel()
    for (const each of [...this.#served, ...this.#waiting]) each.reject(closed())
    this.#served = []
    this.#waiting = []
    await Promise.all([this.#listening, this.#reading])
  }

  /** A store keeps its promise that wakeups neither end nor throw; where one does not, it is listened to again. */
  #listen(): Promise<void> {
    const { store, environment, clock, random } = this.#parts
    const listen = async (signal: AbortSignal) => {
      for await (const _ of store.wakeups(environment, signal)) this.#heard()
    }
    return supervise(listen, this.#closing.signal, { clock, random, ...feedTimings.listenAgain })
  }

  #heard(): void {
    this.#record.heard()
    const { sinceFailure = Infinity } = this.#record
    // A connection that comes and dies at once wakes each time; the next attempt waits on its timer already.
    if (this.#reading === undefined && sinceFailure < feedTimings.failureSpacing) return
    this.#wake()
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
      // A failure is not repeated at once because the store woke: it is as far away as it was.
      const isDue = (this.#isWoken && this.#record.attempts === 0) || this.#waiting.length > 0
      if (isDue) this.#wake()
      else this.#schedule()
    })
  }

  #schedule(): void {
    const { clock, random, pace } = this.#parts
    const { interval, backoff } = pace?.() ?? feedTimings
    const { attempts } = this.#record
    // An answer is as old as its question.
    const left = Math.max(interval / 4, this.#beganAt + interval - clock.monotonic())
    const delay = attempts === 0 ? left : backoffDelay(backoff, attempts - 1, random)
    this.#timer = clock.schedule(delay, () => this.#wake())
  }

  async #readOnce(): Promise<void> {
    this.#isWoken = false
    this.#beganAt = this.#parts.clock.monotonic()
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
    const { store, environment, clock } = this.#parts
    const { signal } = this.#closing
    for (;;) {
      const known = this.#document
      if (known === undefined) return await this.#adopt('first_read')
      const limit = this.#batch
      const { readTimeout, batch } = feedTimings
      if (limit < batch.least) {
        await this.#adopt('too_slow')
        this.#batch = batch.least
        return
      }
      const onTimeout = () => void (this.#batch = limit / batch.factor)
      const ask = (over: AbortSignal) => store.since(environment, known.cursor, limit, over)
      const since = await askStore({ clock, timeout: readTimeout, signal, onTimeout }, ask)
      this.#batch = Math.min(batch.most, limit * batch.factor)
      switch (since.kind) {
        case 'changes':
          // The store has checked that they join; where one has not, nothing after it can be believed.
          if (!this.#advance(known, since.revisions)) return await this.#adopt('rewound')
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

  #advance(known: EnvironmentDocument, revisions: readonly Revision[]): boolean {
    if (revisions.length === 0) return true
    let next: EnvironmentDocument
    try {
      next = replay(known, revisions)
    } catch {
      return false
    }
    this.#document = next
    this.#tell({ kind: 'advanced', previous: known, next, revisions })
    return true
  }

  async #adopt(why: AdoptedBecause): Promise<void> {
    const { store, environment, clock } = this.#parts
    const next = await readAll({ store, environment, clock, signal: this.#closing.signal })
    const previous = this.#document
    // There was nothing to read: it only took long to say so.
    if (why === 'too_slow' && previous !== undefined && sameCursor(next.cursor, previous.cursor)) return
    // It was restored while it was asked, or has another history up to the same revision.
    const isBack = previous !== undefined && next.cursor.revision <= previous.cursor.revision
    this.#document = next
    this.#tell({ kind: 'adopted', because: isBack ? 'rewound' : why, previous, next })
  }

  #succeeded(): void {
    const { document } = this
    const lostFor = this.#record.completed()
    const served = this.#served
    this.#served = []
    if (document === undefined) return
    for (const { resolve } of served) resolve(document)
    if (lostFor !== undefined) this.#tell({ kind: 'restored', cursor: document.cursor, lostFor })
  }

  #failed(error: TrimtabError): void {
    const isLost = this.#record.failed(error)
    const served = this.#served
    this.#served = []
    for (const { reject } of served) reject(error)
    if (isLost) this.#tell({ kind: 'lost', attempts: this.#record.attempts, error })
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
