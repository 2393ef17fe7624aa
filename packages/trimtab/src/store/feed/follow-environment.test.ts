import { describe, expect, it } from 'vitest'
import type { Random } from '../../primitives/random.ts'
import { sleep } from '../../primitives/time/clock.ts'
import { faultyStore } from '../../../../../test/support/faulty-store.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { Edit } from '../edit.ts'
import { memoryStore } from '../memory/memory-store.ts'
import type { FeedEvent } from './feed-event.ts'
import { feedTimings } from './feed-timings.ts'
import { followEnvironment } from './follow-environment.ts'

const environment = 'checkout/production'

interface Setup {
  readonly random?: Random | undefined
  readonly from?: EnvironmentDocument | undefined
}

function open({ random = () => 1 - 2 ** -20, from }: Setup = {}) {
  const clock = createManualClock()
  const memory = memoryStore({ clock })
  const store = faultyStore(memory, clock)
  const publish = async (...edits: readonly Edit[]) => {
    const { cursor } = await memory.readEnvironment(environment)
    const result = await memory.publish(edits, { author: 'dana', message: 'why', expected: cursor })
    if (result.kind !== 'published') throw new Error(result.kind)
    return result.cursor
  }
  const set = (value: number) => publish({ scope: environment, path: 'count', value })
  const events: FeedEvent[] = []
  const follow = () => {
    const feed = followEnvironment({ store, environment, clock, random, from })
    feed.events.on((event) => void events.push(event))
    return feed
  }
  const close = async (feed: ReturnType<typeof follow>) => {
    await feed.close()
    expect(clock.pending).toBe(0)
  }
  return { clock, memory, store, publish, set, follow, events, close, kinds: () => events.map(({ kind }) => kind) }
}

describe('a feed', () => {
  it('reads everything once, and then what came after', async () => {
    const { clock, store, set, follow, events, close } = open()
    await set(1)
    const feed = follow()
    expect(feed.document).toBeUndefined()
    expect(feed.health).toEqual({ kind: 'starting', attempts: 0, error: undefined })
    expect(feed.status).toEqual({ kind: 'push' })
    await clock.advance(0)
    expect(feed.document?.tree).toEqual({ count: 1 })
    expect(feed.health).toEqual({ kind: 'current', readAt: clock.now() })
    await set(2)
    await clock.advance(0)
    expect(feed.document?.tree).toEqual({ count: 2 })
    expect(store.asked.all).toBe(1)
    expect(events.map((event) => ('because' in event ? event.because : event.kind))).toEqual(['first_read', 'advanced'])
    await close(feed)
    await set(3)
    await clock.advance(60_000)
    expect(feed.document?.tree).toEqual({ count: 2 })
    await expect(feed.refresh()).rejects.toMatchObject({ code: 'plane_closed' })
    await feed.close()
  })

  it('sees what is published between its listening and its first reading', async () => {
    const { clock, store, set, follow, close } = open()
    store.faults.delay = 50
    const feed = follow()
    // The answer is on its way already.
    await clock.advance(0)
    await set(1)
    await clock.advance(100)
    expect(feed.document?.tree).toEqual({ count: 1 })
    await close(feed)
  })

  it('repairs a notification that was lost, within its interval', async () => {
    const { clock, store, set, follow, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.deaf = true
    await set(1)
    await clock.advance(feedTimings.interval - 1)
    expect(feed.document?.cursor.revision).toBe(0)
    await clock.advance(1)
    expect(feed.document?.tree).toEqual({ count: 1 })
    await close(feed)
  })

  it.each([
    ['asks for fewer revisions', 30, ['advanced']],
    ['reads everything', 1_500, ['adopted']],
  ])('%s where many are too large to come in time', async (_what, perRevision, kinds) => {
    const { clock, memory, store, set, events, close } = open()
    await set(0)
    const since: typeof store.since = async (of, cursor, limit, signal) => {
      const answer = await memory.since(of, cursor, limit)
      if (answer.kind === 'changes') await sleep(clock, answer.revisions.length * perRevision, signal)
      return answer
    }
    const feed = followEnvironment({ store: { ...store, since }, environment, clock, random: () => 0.5 })
    await clock.advance(0)
    store.faults.deaf = true
    for (let value = 1; value <= 150; value += 1) await set(value)
    feed.events.on((event) => void events.push(event))
    await clock.advance(30_000)
    expect(feed.document?.tree).toEqual({ count: 150 })
    expect(feed.health).toMatchObject({ kind: 'current' })
    expect([...new Set(events.map(({ kind }) => kind))]).toEqual(expect.arrayContaining(kinds))
    await set(151)
    await clock.advance(feedTimings.interval)
    await clock.advance(perRevision)
    expect(feed.document?.tree).toEqual({ count: 151 })
    expect(events.at(-1)?.kind).toBe('advanced')
    await close(feed)
  })

  it('tells of nothing where there was nothing new, however long it took to say so', async () => {
    const { clock, store, set, follow, kinds, close } = open()
    await set(1)
    const feed = follow()
    await clock.advance(0)
    store.faults.silent = true
    await clock.advance(30_000)
    const before = feed.document
    store.faults.silent = false
    await clock.advance(30_000)
    expect(feed.document).toBe(before)
    expect(feed.health).toMatchObject({ kind: 'current' })
    expect(kinds()).toEqual(['adopted', 'lost', 'restored'])
    await close(feed)
  })

  it('is stale after exactly three failed attempts, and current again only by a reading', async () => {
    const { clock, store, set, follow, events, kinds, close } = open()
    await set(1)
    const feed = follow()
    await clock.advance(0)
    const readAt = clock.now()
    store.faults.down = true
    const seen: string[] = []
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await feed.refresh().catch(() => {})
      seen.push(`${feed.health.kind} ${'attempts' in feed.health ? feed.health.attempts : ''}`)
    }
    expect(seen).toEqual(['retrying 1', 'retrying 2', 'stale 3', 'stale 4'])
    expect(kinds()).toEqual(['adopted', 'lost'])
    expect(feed.health).toMatchObject({ readAt, since: clock.now(), error: { code: 'store_unavailable' } })
    expect(feed.document?.tree).toEqual({ count: 1 })
    // It is heard again and says nothing yet.
    store.faults.silent = true
    store.wake()
    await clock.advance(1_000)
    expect(feed.health.kind).toBe('stale')
    store.faults.silent = false
    store.faults.down = false
    await clock.advance(5_000)
    expect(feed.health).toMatchObject({ kind: 'current' })
    expect(kinds()).toEqual(['adopted', 'lost', 'restored'])
    expect(events[2]).toMatchObject({ lostFor: expect.any(Number), cursor: { revision: 1 } })
    await close(feed)
  })

  it('measures how long it was lost by a clock that does not jump', async () => {
    const { clock, store, follow, events, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.down = true
    for (let attempt = 0; attempt < 3; attempt += 1) await feed.refresh().catch(() => {})
    clock.jumpWall(-86_400_000)
    store.faults.down = false
    await clock.advance(400)
    const [restored] = events.filter((event) => event.kind === 'restored')
    expect(Math.round(restored?.lostFor ?? 0)).toBe(400)
    await close(feed)
  })

  it('gives up a silent store, and is current within 5 s of its return', async () => {
    const { clock, store, set, follow, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.silent = true
    await set(1)
    await clock.advance(60_000)
    expect(feed.health.kind).toBe('stale')
    store.faults.silent = false
    store.faults.deaf = true
    await clock.advance(5_000)
    expect(feed.document?.tree).toEqual({ count: 1 })
    await close(feed)
  })

  it('spreads its attempts under the cap, and a connection that dies at once resets nothing', async () => {
    let seed = 7
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const { clock, store, follow, close } = open({ random })
    const feed = follow()
    await clock.advance(0)
    store.faults.down = true
    await feed.refresh().catch(() => {})
    // Past the doubling.
    for (let count = 0; count < 8; count += 1) await clock.runNext()
    const delays: number[] = []
    for (let count = 0; count < 60; count += 1) {
      const from = clock.monotonic()
      await clock.runNext()
      delays.push(clock.monotonic() - from)
      // Comes, and dies at once.
      store.wake()
      await clock.advance(0)
    }
    const { max } = feedTimings.backoff
    expect(Math.max(...delays)).toBeLessThanOrEqual(max)
    expect(Math.max(...delays)).toBeGreaterThan(max * 0.8)
    expect(Math.min(...delays)).toBeLessThan(max * 0.2)
    expect(new Set(delays).size).toBe(delays.length)
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length
    expect(mean).toBeGreaterThan(max * 0.35)
    await close(feed)
  })

  it('asks a failing store no more than ten times a second, however often it wakes', async () => {
    const { clock, store, follow, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.down = true
    const before = store.asked.since
    for (let count = 0; count < 1_000; count += 1) {
      store.wake()
      await clock.advance(1)
    }
    expect(store.asked.since - before).toBeLessThanOrEqual(11)
    await close(feed)
  })

  it('goes on at once when the connection is back', async () => {
    const { clock, store, set, follow, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.down = true
    await clock.advance(60_000)
    await set(1)
    store.faults.down = false
    store.faults.deaf = true
    await clock.advance(feedTimings.failureSpacing)
    store.wake()
    await clock.advance(0)
    expect(feed.document?.tree).toEqual({ count: 1 })
    await close(feed)
  })

  it('coalesces a thousand publishes in a second, and has the last', async () => {
    const { clock, store, set, follow, events, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.delay = 20
    for (let count = 1; count <= 1_000; count += 1) {
      await set(count)
      await clock.advance(1)
    }
    await clock.advance(50)
    expect(feed.document?.tree).toEqual({ count: 1_000 })
    expect(store.asked.since).toBeLessThan(60)
    const revisions = events.flatMap((event) => ('next' in event ? [event.next.cursor.revision] : []))
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
    await close(feed)
  }, 60_000)

  it('reads more than one batch', async () => {
    const { clock, store, set, follow, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.down = true
    for (let count = 1; count <= feedTimings.batch.most * 2 + 1; count += 1) await set(count)
    await clock.advance(0)
    store.faults.down = false
    const before = store.asked.since
    await feed.refresh()
    expect(feed.document?.cursor.revision).toBe(feedTimings.batch.most * 2 + 1)
    expect(store.asked.since - before).toBe(3)
    await close(feed)
  })

  it('adopts another history, and says so', async () => {
    const { clock, memory, set, follow, events, close } = open()
    await set(1)
    const feed = follow()
    await clock.advance(0)
    const restore = memory.backup()
    await set(2)
    await set(3)
    await clock.advance(0)
    restore()
    await clock.advance(0)
    expect(feed.document?.tree).toEqual({ count: 1 })
    expect(events.at(-1)).toMatchObject({ kind: 'adopted', because: 'rewound', previous: { tree: { count: 3 } } })
    await set(4)
    await clock.advance(0)
    expect(feed.document?.tree).toEqual({ count: 4 })
    await close(feed)
  })

  it('begins with what an earlier process read, and reads only what came after', async () => {
    const first = open()
    await first.set(1)
    const from = await first.memory.readEnvironment(environment)
    const { clock, memory, store } = first
    await first.set(2)
    const feed = followEnvironment({ store, environment, clock, random: () => 0, from })
    expect(feed.document).toBe(from)
    expect(feed.health.kind).toBe('starting')
    await clock.advance(0)
    expect(feed.document?.tree).toEqual({ count: 2 })
    expect(store.asked.all).toBe(0)
    await feed.close()

    await memory.prune(environment, 2)
    const late = followEnvironment({
      store,
      environment,
      clock,
      random: () => 0,
      from: { ...from, cursor: { revision: 0, hash: '' } },
    })
    const adopted: FeedEvent[] = []
    late.events.on((event) => void adopted.push(event))
    await clock.advance(0)
    expect(adopted[0]).toMatchObject({ kind: 'adopted', because: 'cursor_too_old' })
    expect(late.document?.tree).toEqual({ count: 2 })
    await late.close()
  })

  it('reads everything where what follows does not join', async () => {
    const { clock, memory, set, close, follow, store, events } = open()
    await set(1)
    const feed = follow()
    await clock.advance(0)
    const since = store.since
    store.since = async (...asked) => {
      const answer = await since(...asked)
      if (answer.kind !== 'changes') return answer
      return { ...answer, revisions: answer.revisions.map((each) => ({ ...each, parent: 'another' })) }
    }
    // It wakes the feed before it has ended.
    await set(2)
    await feed.refresh()
    expect(feed.document).toEqual(await memory.readEnvironment(environment))
    expect(events.at(-1)).toMatchObject({ kind: 'adopted', because: 'rewound' })
    await close(feed)
  })

  it('refreshes by a reading that began after the call', async () => {
    const { clock, store, set, follow, close } = open()
    const feed = follow()
    await clock.advance(0)
    store.faults.delay = 100
    store.faults.deaf = true
    const early = feed.refresh()
    await clock.advance(10)
    await set(1)
    const late = feed.refresh()
    await clock.advance(100)
    expect((await early).cursor.revision).toBe(0)
    await clock.advance(100)
    expect((await late).cursor.revision).toBe(1)
    const given = feed.refresh(AbortSignal.abort(new Error('enough')))
    await expect(given).rejects.toThrow('enough')
    const closing = feed.refresh()
    closing.catch(() => {})
    await close(feed)
    await expect(closing).rejects.toMatchObject({ code: 'plane_closed' })
  })

  it('listens again to a store whose wakeups end', async () => {
    const { clock, store, set, follow, close } = open()
    let listened = 0
    store.wakeups = async function* () {
      listened += 1
      yield
      if (listened === 2) throw new Error('which a store does not')
    }
    const feed = follow()
    await clock.advance(1_000)
    expect(listened).toBeGreaterThan(2)
    await set(1)
    await clock.advance(4_000)
    expect(feed.document?.tree).toEqual({ count: 1 })
    expect(feed.counts.wakeups).toBe(listened)
    await close(feed)
  })

  it('survives a store that is closed under it', async () => {
    const { clock, memory, set, follow, close } = open()
    await set(1)
    const feed = follow()
    await clock.advance(0)
    await memory.close()
    await clock.advance(20_000)
    expect(feed.health.kind).toBe('stale')
    expect(feed.status).toMatchObject({ kind: 'connecting' })
    expect(feed.document?.tree).toEqual({ count: 1 })
    await close(feed)
  })
})
