import { abortReason, childController } from '../../primitives/concurrency/abort.ts'
import { serialQueue } from '../../primitives/concurrency/serial-queue.ts'
import type { EmitterSource } from '../../primitives/emitter.ts'
import type { Random } from '../../primitives/random.ts'
import type { Sharing } from '../../primitives/sharing.ts'
import { type Clock, sleep } from '../../primitives/time/clock.ts'
import type { ReaderStatus } from '../../sources/source.ts'
import type { EnvironmentDocument } from '../document.ts'
import { askStore, readAll } from '../feed/ask-store.ts'
import type { EnvironmentFeed, FeedPace } from '../feed/environment-feed.ts'
import type { FeedEvent } from '../feed/feed-event.ts'
import { feedTimings } from '../feed/feed-timings.ts'
import { followEnvironment } from '../feed/follow-environment.ts'
import type { StoreEvent } from '../config-store.ts'
import { readerStatusOf } from '../source/feed-status.ts'
import { type HomeOptions, homeTimings } from './home-options.ts'
import { createIdleness, type Idleness } from './idleness.ts'
import { type HomeStore, ReopenedStore } from './reopened-store.ts'

/** What the feed of a tenant tells. */
export interface HomeEvent {
  readonly tenant: string
  readonly event: FeedEvent
}

export interface TenantHomeParts extends HomeOptions {
  readonly tenant: string
  readonly clock: Clock
  readonly random: Random
  readonly sharing: Sharing
  readonly onListenerError: ((error: unknown) => void) | undefined
  readonly events: EmitterSource<HomeEvent>
  readonly onPublish: (event: StoreEvent) => void
  /** Has the next reading of what is the tenant's be told, by `wasRead`; or has it not be told any more. */
  readonly watchReads: (tenant: string, isWatched: boolean) => void
}

interface Attached {
  readonly store: ReopenedStore
  readonly feed: EnvironmentFeed
  readonly idleness: Idleness
}

/**
 * Where one tenant's own values live. It is attached, with a feed of its own; or it is not, and then it holds what it read
 * last, until it is forgotten with that.
 */
export class TenantHome {
  readonly #parts: TenantHomeParts
  #attached: Attached | undefined
  #kept: EnvironmentDocument | undefined
  /** What is given up goes on closing for a while: it is over before the next begins. */
  readonly #steps = serialQueue()
  #attempts = 0
  #isAsleep = false

  constructor(parts: TenantHomeParts) {
    this.#parts = parts
  }

  /** Whether there is nothing to keep it for: it has never been reached, and nobody tries to. */
  get isUnused(): boolean {
    return this.#attempts === 0 && this.document === undefined
  }

  /** The newest that was read; undefined before the first attachment. */
  get document(): EnvironmentDocument | undefined {
    return this.#attached?.feed.document ?? this.#kept
  }

  get store(): HomeStore | undefined {
    return this.#attached?.store
  }

  get feed(): EnvironmentFeed | undefined {
    return this.#attached?.feed
  }

  /** Whether it is looked at less often, because nobody has read it for a while. */
  get isAsleep(): boolean {
    return this.#isAsleep
  }

  get status(): ReaderStatus | undefined {
    return this.#attached && readerStatusOf(this.#attached.feed)
  }

  /**
   * Reaches the store, has it listened on, and reads it then. Where that fails, or the signal aborts, nothing is left open
   * of it and all is as it was. One that is attached already is read anew.
   */
  async attach(signal: AbortSignal): Promise<void> {
    this.#attempts += 1
    try {
      await this.#steps.run(() => this.#attach(signal))
    } finally {
      this.#attempts -= 1
    }
  }

  async #attach(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw abortReason(signal)
    if (this.#attached !== undefined) return void (await this.#attached.feed.refresh(signal))
    const { tenant, environment, clock, random, onListenerError, events, idleAfter, watchReads } = this.#parts
    this.#isAsleep = false
    const store = new ReopenedStore(this.#parts)
    const from = this.#kept
    const pace = () => this.#pace()
    const feed = followEnvironment({ store, environment, clock, random, from, onListenerError, pace })
    try {
      await feed.ready(signal)
      await this.#listened(store, signal)
      await feed.refresh(signal)
    } catch (error) {
      await Promise.all([feed.close(), store.close()])
      throw error
    }
    feed.events.on((event) => {
      if (isOfTenant(tenant, event)) this.wasRead()
      events.emit({ tenant, event })
    })
    const onChange = (isIdle: boolean) => this.#sleep(isIdle)
    this.#attached = {
      store,
      feed,
      idleness: createIdleness({ clock, idleAfter, watch: () => watchReads(tenant, true), onChange }),
    }
  }

  /** Goes over to what the tenant is reached by now. What was read can be read throughout. */
  async rotate(signal: AbortSignal): Promise<void> {
    const { clock, environment } = this.#parts
    const attached = this.#attached
    if (attached === undefined) return
    await attached.store.renew((store, over) => {
      const cursor = attached.feed.document?.cursor
      if (cursor === undefined) return readAll({ store, environment, clock, signal: over })
      const terms = { clock, timeout: feedTimings.fullReadTimeout, signal: over }
      return askStore(terms, (step) => store.since(environment, cursor, 1, step))
    }, signal)
    await attached.feed.refresh(signal)
  }

  /** Somebody has read what is the tenant's, or it has changed. */
  wasRead(): void {
    this.#attached?.idleness.used()
  }

  /** Leaves the store; resolves when nothing is open any more. What was read is kept, or else forgotten. */
  detach(isKept: boolean): Promise<void> {
    return this.#steps.run(() => this.#detach(isKept))
  }

  async #detach(isKept: boolean): Promise<void> {
    const attached = this.#attached
    this.#kept = isKept ? this.document : undefined
    this.#attached = undefined
    if (attached === undefined) return
    const { store, feed, idleness } = attached
    idleness.close()
    this.#parts.watchReads(this.#parts.tenant, false)
    await Promise.all([feed.close(), store.close()])
  }

  /** Resolves when somebody listens, or when that takes so long that nobody may ever. */
  async #listened(store: ReopenedStore, signal: AbortSignal): Promise<void> {
    const { controller, release } = childController(signal)
    try {
      await Promise.race([store.heard, sleep(this.#parts.clock, homeTimings.listenPatience, controller.signal)])
    } finally {
      controller.abort()
      release()
    }
  }

  #pace(): FeedPace {
    if (!this.#isAsleep) return feedTimings
    const { idlePoll, random } = this.#parts
    const { initial } = feedTimings.backoff
    // Those that have fallen asleep together do not wake up together.
    return { interval: idlePoll * (0.75 + random() / 2), backoff: { initial, max: idlePoll } }
  }

  #sleep(isAsleep: boolean): void {
    const attached = this.#attached
    if (attached === undefined) return
    this.#isAsleep = isAsleep
    attached.store.sleep(isAsleep)
    // What came since it was looked at last. Those who fall asleep together are not all looked at together: each in its turn.
    if (!isAsleep) attached.feed.refresh().catch(() => {})
  }
}

/** Whether what the tenant has of its own may be another. */
export function isOfTenant(tenant: string, event: FeedEvent): boolean {
  if (event.kind !== 'advanced' && event.kind !== 'adopted') return false
  return event.previous?.overlays.get(tenant) !== event.next.overlays.get(tenant)
}
