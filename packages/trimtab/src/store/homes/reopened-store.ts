import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortable, abortReason, createController } from '../../primitives/concurrency/abort.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import { createEmitter } from '../../primitives/emitter.ts'
import { supervise } from '../../primitives/concurrency/supervise.ts'
import type { Random } from '../../primitives/random.ts'
import type { Lease, Sharing } from '../../primitives/sharing.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { nextTurn } from '../../primitives/time/next-turn.ts'
import { failureKind } from '../../sources/failure-kind.ts'
import type { ConfigStore, FeedStatus, StoreEvent } from '../config-store.ts'
import type { FollowedStore } from '../feed/environment-feed.ts'
import { feedTimings } from '../feed/feed-timings.ts'
import { wakeStream } from '../wake-stream.ts'
import { giveStore } from './give-store.ts'
import { type HomeOptions, homeTimings } from './home-options.ts'

/** What is asked of a tenant's store beside following it. */
export type HomeStore = FollowedStore & Pick<ConfigStore, 'read' | 'history' | 'publish' | 'listener'>

export interface ReopenedStoreParts extends Pick<HomeOptions, 'environment' | 'open' | 'idlePoll'> {
  readonly tenant: string
  /** One that several tenants were given is closed when the last of them has left. */
  readonly sharing: Sharing
  readonly clock: Clock
  readonly random: Random
  readonly onPublish: (event: StoreEvent) => void
}

/** A store as it was given, for as long as it does. */
interface Inner {
  readonly lease: Lease<{ close(): Promise<void> }>
  readonly store: ConfigStore
  /** What is under way on it: it is closed after that. */
  readonly works: Set<Promise<unknown>>
  readonly stopListening: Disposer
  /** It has failed, and may go on failing because of what it was made with. */
  isSuspect: boolean
}

interface Listening {
  readonly inner: Inner
  readonly controller: AbortController
}

/**
 * A tenant's store that stays the same while what it is made of is replaced: after each failure the next attempt asks for
 * another one, and where none can be had it tries the one there is. Nobody listens while it is asleep.
 */
export class ReopenedStore implements HomeStore {
  readonly #parts: ReopenedStoreParts
  readonly #closing = createController()
  readonly #wakes = createEmitter<void>()
  readonly #heard = deferred<void>()
  readonly #ends = new Set<Promise<unknown>>()
  #inner: Inner | undefined
  #opening: Promise<Inner> | undefined
  #listening: Listening | undefined
  #isAsleep = false
  #attempts = 0
  #error: string | undefined

  constructor(parts: ReopenedStoreParts) {
    this.#parts = parts
  }

  get listener(): HomeStore['listener'] {
    return this.#inner?.store.listener
  }

  /** Resolves when it has been listened on for the first time. */
  get heard(): Promise<void> {
    return this.#heard.promise
  }

  since: HomeStore['since'] = (...asked) => this.#ask((store) => store.since(...asked), asked[3])
  readEnvironment: HomeStore['readEnvironment'] = (...asked) =>
    this.#ask((store) => store.readEnvironment(...asked), asked[1])
  read: HomeStore['read'] = (...asked) => this.#ask((store) => store.read(...asked))
  history: HomeStore['history'] = (...asked) => this.#ask((store) => store.history(...asked))
  publish: HomeStore['publish'] = (...asked) => this.#ask((store) => store.publish(...asked), asked[1].signal)

  wakeups(_environment: string, signal: AbortSignal): AsyncIterable<void> {
    return wakeStream(signal, (wake) => this.#wakes.on(wake))
  }

  feedStatus(environment: string): FeedStatus {
    const inner = this.#inner
    if (inner === undefined) return { kind: 'connecting', attempts: this.#attempts, error: this.#error }
    if (!this.#isAsleep) return inner.store.feedStatus(environment)
    const seconds = Math.round(this.#parts.idlePoll / 1_000)
    return { kind: 'poll', reason: `nobody has read it for a while; it is looked at every ${seconds} s` }
  }

  /** Has nobody listen, or somebody again. */
  sleep(isAsleep: boolean): void {
    this.#isAsleep = isAsleep
    this.#listen()
  }

  /** Asks for another store, has it prove itself, and goes over to it. Where it does not, the one there is stays. */
  async renew(
    prove: (store: ConfigStore, signal: AbortSignal) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    const opening = this.#openNew()
    let next: Inner
    try {
      next = await abortable(opening, signal)
    } catch (error) {
      // It may come when nobody waits for it any more.
      this.#keep(opening.then((late) => late !== this.#inner && this.#leave(late)))
      throw error
    }
    try {
      if (next !== this.#inner) await abortable(prove(next.store, signal), signal)
    } catch (error) {
      this.#leave(next)
      throw error
    }
    this.#adopt(next)
  }

  /** Resolves when nothing is open any more; a store that does not close is not waited for for long. */
  async close(): Promise<void> {
    this.#closing.abort(closed())
    this.#listen()
    const inner = this.#inner
    this.#inner = undefined
    // What is under way on it fails.
    inner?.stopListening()
    if (inner !== undefined) this.#keep(inner.lease.release())
    const ended = async () => {
      await this.#opening?.catch(() => {})
      while (this.#ends.size > 0) await Promise.all(this.#ends)
    }
    await runStep({ clock: this.#parts.clock, timeout: homeTimings.closeTimeout, run: ended })
  }

  async #ask<T>(work: (store: ConfigStore) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const inner = await this.#reach(signal)
    const working = work(inner.store)
    inner.works.add(working)
    try {
      return await working
    } catch (error) {
      if (isOutage(error, signal)) inner.isSuspect = true
      throw error
    } finally {
      inner.works.delete(working)
    }
  }

  async #reach(signal: AbortSignal | undefined): Promise<Inner> {
    if (this.#closing.signal.aborted) throw closed()
    const known = this.#inner
    if (known !== undefined && !known.isSuspect) return known
    this.#opening ??= this.#reopen().finally(() => (this.#opening = undefined))
    try {
      return await abortable(this.#opening, signal)
    } catch (error) {
      // What it was made with may do again, too.
      if (known === undefined || this.#inner !== known || signal?.aborted) throw error
      return known
    }
  }

  async #reopen(): Promise<Inner> {
    try {
      const next = await this.#openNew()
      this.#attempts = 0
      this.#adopt(next)
      return next
    } catch (error) {
      this.#attempts += 1
      this.#error = isTrimtabError(error) ? error.message : failureKind(error)
      throw error
    }
  }

  async #openNew(): Promise<Inner> {
    const { sharing, onPublish, ...asked } = this.#parts
    const onLate = (late: ConfigStore) => this.#keep(nextTurn().then(() => late.close()))
    const store = await giveStore({ ...asked, signal: this.#closing.signal, onLate })
    const known = this.#inner
    if (known?.store === store) {
      known.isSuspect = false
      return known
    }
    const lease = sharing.lease(store, 'home', () => ({ close: () => store.close() }))
    const stopListening = store.events.on(onPublish)
    const inner: Inner = { lease, store, works: new Set(), stopListening, isSuspect: false }
    if (!this.#closing.signal.aborted) return inner
    this.#leave(inner)
    throw closed()
  }

  #adopt(next: Inner): void {
    if (this.#closing.signal.aborted) {
      this.#leave(next)
      throw closed()
    }
    const before = this.#inner
    if (before === next) return
    this.#inner = next
    this.#listen()
    if (before !== undefined) this.#leave(before)
  }

  /** Has somebody listen to what there is now, and before that nobody stop: what they share stays open meanwhile. */
  #listen(): void {
    const before = this.#listening
    const inner = this.#isAsleep || this.#closing.signal.aborted ? undefined : this.#inner
    if (before?.inner === inner) return
    this.#listening = undefined
    if (inner !== undefined) {
      const controller = createController()
      this.#listening = { inner, controller }
      this.#keep(this.#hear(inner, controller.signal))
    }
    if (before === undefined) return
    if (inner === undefined) before.controller.abort()
    else this.#keep(nextTurn().then(() => before.controller.abort()))
  }

  /** A store keeps its promise that this neither ends nor throws; where one does not, it is listened to again. */
  #hear({ store }: Inner, signal: AbortSignal): Promise<void> {
    const { environment, clock, random } = this.#parts
    const hear = async (over: AbortSignal) => {
      for await (const _ of store.wakeups(environment, over)) {
        this.#heard.resolve()
        this.#wakes.emit()
      }
    }
    return supervise(hear, signal, { clock, random, ...feedTimings.listenAgain })
  }

  #leave({ lease, works, stopListening }: Inner): void {
    stopListening()
    this.#keep(Promise.allSettled([nextTurn(), ...works]).then(() => lease.release()))
  }

  #keep(ending: Promise<unknown>): void {
    const kept = ending
      .catch(() => {})
      .finally(() => {
        this.#ends.delete(kept)
      })
    this.#ends.add(kept)
  }
}

/** Whether a failure may be one of the connection: what the store has refused it refuses again. */
function isOutage(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted) return abortReason(signal).name === 'TimeoutError'
  return !isTrimtabError(error) || error.code === 'store_unavailable'
}

function closed(): TrimtabError {
  return new TrimtabError('plane_closed', 'The store of the tenant is closed.')
}
