import { abortable, childController, createController } from '../../primitives/concurrency/abort.ts'
import type { Random } from '../../primitives/random.ts'
import { type Clock, sleep } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { FeedStatus } from '../../store/config-store.ts'
import { createListenerCounter, type ListenerCounts } from '../../store/feed/listener-counts.ts'
import { wakeStream } from '../../store/wake-stream.ts'
import { describeFailure } from '../failure/store-failure.ts'
import type { SchemaName } from '../identifier.ts'
import { sqlStateOf } from '../failure/sql-states.ts'
import type { PgLike, PgNotification } from '../pg-like.ts'
import { createFollowedSchema, type FollowedSchema } from './followed-schema.ts'
import { keepTrying } from './keep-trying.ts'
import { type Ask, lookUp } from './look-up.ts'
import type { PgFeed } from './pg-feed.ts'
import { NoPush, openPushSession, type PushSession, SessionLost } from './push-session.ts'
import type { FeedTimings } from './timings.ts'

export interface PgListenerParts {
  readonly database: PgLike
  readonly clock: Clock
  readonly random: Random
  readonly timings: FeedTimings
  /** Whether it listens for users who may not read each other's stores. */
  readonly isForSeveralUsers?: boolean | undefined
}

/**
 * Listens for as many stores, environments and readers of one database as like, on one connection, which is open while there
 * are readers.
 */
export interface FeedListener {
  /** `renew` is called when connections may have gone silent. */
  feed(schema: SchemaName, renew: () => void): PgFeed
  counts(): ListenerCounts
  close(): Promise<void>
}

/** Stores whose heads are looked up at one beat while notifications arrive; where there are more, they take turns. */
const lookUpsPerBeat = 64

/**
 * The states: idle while nobody reads; connecting; push, once a session has proved that notifications get through; poll, where
 * they can't. A session is beaten every 2 s, on itself, which shows that it still listens, and the heads are looked up
 * with it, so that a notification that was lost costs one beat. Readers are woken whenever one might have been.
 */
export function createFeedListener(parts: PgListenerParts): FeedListener {
  const { database, clock, random, timings, isForSeveralUsers = false } = parts
  const schemas = new Map<SchemaName, FollowedSchema>()
  const readers = new Set<{ readonly renew: () => void }>()
  const ends = new Set<Promise<void>>()
  const counter = createListenerCounter()
  let state: FeedStatus = { kind: 'connecting', attempts: 0, error: undefined }
  let session: PushSession | undefined
  let turn = 0
  let isRefused = false
  let isClosed = false
  let running: AbortController | undefined

  const wakeAll = () => {
    for (const schema of schemas.values()) schema.wakeAll()
  }
  const becomes = (next: FeedStatus) => {
    const mayHaveMissed = next.kind !== 'connecting' && (state.kind !== next.kind || next.kind === 'push')
    state = next
    isRefused = false
    if (mayHaveMissed) wakeAll()
  }
  const followed = () => [...schemas.values()].filter(({ isEmpty }) => !isEmpty)

  const beat = async (on: PushSession) => {
    const all = followed()
    await on.prove(all.map(({ name }) => name))
    const missedBefore = counter.read().missed
    for (let count = 0; count < Math.min(all.length, lookUpsPerBeat); count += 1) {
      const schema = all[(turn + count) % all.length]
      if (schema !== undefined) await lookUp(schema, on.query, { isListening: true, isForSeveralUsers })
    }
    turn += lookUpsPerBeat
    if (counter.read().missed > missedBefore) throw new SessionLost('unheard', 'notifications do not arrive')
  }
  const push = async (signal: AbortSignal) => {
    const onNotification = ({ channel, payload }: PgNotification) => {
      // Only schemas that are followed are listened on.
      schemas.get(channel as SchemaName)?.hear(payload)
    }
    const on = await bounded(signal, (over) => openPushSession({ database, clock, timings, onNotification }, over))
    const { controller, release } = childController(signal)
    void on.ended.then((error) => {
      const why = error === undefined ? 'the connection was lost' : describeFailure(error)
      controller.abort(new SessionLost('ended', why))
    })
    try {
      // Whoever comes from now on has it listen for itself.
      session = on
      for (const { name } of followed()) await abortable(on.listen(name), controller.signal)
      becomes({ kind: 'push' })
      for (;;) {
        await bounded(controller.signal, () => beat(on))
        await sleep(clock, timings.beat, controller.signal)
      }
    } finally {
      if (session === on) session = undefined
      release()
      on.end()
    }
  }
  const bounded = async <T>(signal: AbortSignal, run: (over: AbortSignal) => Promise<T>): Promise<T> => {
    const end = await runStep({ clock, timeout: timings.patience, signal, run })
    if (end.kind === 'timed_out') throw new SessionLost('silent', 'the database did not answer in time')
    if (end.kind !== 'done') throw end.error
    return end.value
  }
  const look = (signal: AbortSignal) =>
    bounded(signal, async (over) => {
      const ask: Ask = (text, values) => database.query(text, values, over)
      for (const schema of followed()) await lookUp(schema, ask, { isListening: false, isForSeveralUsers })
    })
  const poll = async (reason: string, signal: AbortSignal) => {
    const until = clock.monotonic() + timings.pushAgainAfter
    while (clock.monotonic() < until) {
      await look(signal)
      becomes({ kind: 'poll', reason })
      await sleep(clock, timings.beat, signal)
    }
  }
  const run = async (signal: AbortSignal) => {
    try {
      await push(signal).catch((error: unknown) => {
        if (error instanceof NoPush) return poll(error.message, signal)
        throw error
      })
    } catch (error) {
      if (!signal.aborted) await failed(error, signal)
    }
  }
  const failed = async (error: unknown, signal: AbortSignal) => {
    const reason = error instanceof SessionLost ? error.reason : 'failed'
    counter.disconnected(reason)
    if (reason === 'silent') for (const renew of new Set([...readers].map((reader) => reader.renew))) renew()
    const why = error instanceof SessionLost ? error.message : describeFailure(error)
    // Credentials that were replaced: who reads with the same ones is to find out now, and not when it reads next.
    if (!isRefused && sqlStateOf(error)?.startsWith('28') === true) {
      isRefused = true
      wakeAll()
    }
    try {
      // A server that answers with a refusal is there, and may have other connections for us.
      if (sqlStateOf(error) === undefined) throw error
      await look(signal)
      becomes({ kind: 'poll', reason: `There is no connection to listen on: ${why}.` })
    } catch {
      if (signal.aborted) return
      const attempts = state.kind === 'connecting' ? state.attempts + 1 : 1
      state = { kind: 'connecting', attempts, error: why }
    }
  }
  const start = () => {
    const controller = createController()
    const ending = keepTrying(run, controller.signal, { clock, random, timings })
    running = controller
    ends.add(ending)
    void ending.finally(() => ends.delete(ending))
  }
  const stop = () => {
    running?.abort()
    running = undefined
    session = undefined
    state = { kind: 'connecting', attempts: 0, error: undefined }
  }
  const begin = async (schema: FollowedSchema, wake: () => void) => {
    if (running === undefined) start()
    else if (state.kind === 'poll') wake()
    else if (session !== undefined) {
      // Where it listens already it does so again, which changes nothing.
      try {
        await session.listen(schema.name)
        wake()
      } catch {
        // The session is gone, and the next one wakes everybody.
      }
    }
  }
  const leave = (schema: FollowedSchema) => {
    if (!schema.isEmpty || schemas.get(schema.name) !== schema) return
    schemas.delete(schema.name)
    if (schemas.size === 0) stop()
    else session?.unlisten(schema.name).catch(() => {})
  }

  return {
    feed(name, renew) {
      return {
        wakeups: (environment, signal) =>
          wakeStream(signal, (wake) => {
            if (isClosed) return () => {}
            const schema = schemas.get(name) ?? createFollowedSchema(name, counter)
            schemas.set(name, schema)
            const reader = { renew }
            readers.add(reader)
            const unfollow = schema.follow(environment, wake)
            void begin(schema, wake)
            return () => {
              unfollow()
              leave(schema)
              readers.delete(reader)
            }
          }),
        status() {
          const obstacle = schemas.get(name)?.obstacle
          return state.kind === 'push' && obstacle !== undefined ? { kind: 'poll', reason: obstacle } : state
        },
      }
    },
    counts: () => counter.read(),
    async close() {
      isClosed = true
      stop()
      await Promise.all(ends)
    },
  }
}
