import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EnvironmentDocument, memoryStore } from 'trimtab'
import { createManualClock } from 'trimtab/testing'
import type { FeedEvent } from '../../packages/trimtab/src/store/feed/feed-event.ts'
import { followEnvironment } from '../../packages/trimtab/src/store/feed/follow-environment.ts'
import { faultyStore } from '../support/faulty-store.ts'

const environment = 'checkout/production'

/** What happens to a store and the readers of it. */
type Step =
  | { readonly kind: 'publish'; readonly value: number; readonly scope: string }
  | { readonly kind: 'backup' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'prune' }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'faults'; readonly down: boolean; readonly silent: boolean; readonly deaf: boolean }
  | { readonly kind: 'delay'; readonly delay: number }
  | { readonly kind: 'wake' }
  | { readonly kind: 'refresh' }

const scope = fc.constantFrom(environment, `${environment}/acme`, `${environment}/other`)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('publish' as const), value: fc.nat(9), scope }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('backup' as const, 'restore' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('prune' as const, 'wake' as const, 'refresh' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.constantFrom(0, 1, 50, 700, 9_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('faults' as const),
      down: fc.boolean(),
      silent: fc.boolean(),
      deaf: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delay' as const), delay: fc.constantFrom(0, 5, 300, 1_500) }),
  },
)

/** One run: a store with its faults, a reader, and everything that was ever in force. */
async function world(seed: number) {
  const clock = createManualClock()
  const memory = memoryStore({ clock })
  const store = faultyStore(memory, clock)
  let state = seed
  const random = () => {
    state = (state * 16_807 + 11) % 2_147_483_647
    return state / 2_147_483_647
  }
  const published = new Map<string, EnvironmentDocument>()
  const note = async () => {
    const document = await memory.readEnvironment(environment)
    published.set(JSON.stringify(document.cursor), document)
  }
  await note()
  const feed = followEnvironment({ store, environment, clock, random })
  const events: FeedEvent[] = []
  feed.events.on((event) => void events.push(event))
  let restore = memory.backup()

  const take = async (next: Step): Promise<void> => {
    switch (next.kind) {
      case 'publish': {
        const { cursor: expected } = await memory.readEnvironment(environment)
        // A revision of its own each time, so that a restored history never repeats one.
        const edits = [{ scope: next.scope, path: 'a.b', value: [next.value, published.size] }]
        await memory.publish(edits, { author: 'dana', message: 'why', expected })
        return note()
      }
      case 'backup':
        restore = memory.backup()
        return
      case 'restore':
        restore()
        return
      case 'prune':
        return memory.prune(environment, (await memory.readEnvironment(environment)).cursor.revision)
      case 'wait':
        return clock.advance(next.milliseconds)
      case 'faults':
        Object.assign(store.faults, { down: next.down, silent: next.silent, deaf: next.deaf })
        return
      case 'delay':
        store.faults.delay = next.delay
        return
      case 'wake':
        store.wake()
        return
      case 'refresh':
        feed.refresh().catch(() => {})
        return
      default:
        next satisfies never
    }
  }
  return { clock, memory, store, feed, events, published, take }
}

describe('a feed, whatever happens between it and its store', () => {
  it('equals the store within 5 s, goes back only with its history, and never invents a value', async () => {
    const run = async (steps: readonly Step[], seed: number) => {
      const { clock, memory, store, feed, events, published, take } = await world(seed)
      for (const each of steps) await take(each)
      Object.assign(store.faults, { down: false, silent: false, deaf: true, delay: 0 })
      await clock.advance(5_000)

      const current = await memory.readEnvironment(environment)
      expect(feed.document?.cursor).toEqual(current.cursor)
      expect(feed.document?.tree).toEqual(current.tree)
      expect(feed.document?.overlays).toEqual(current.overlays)
      expect(feed.health.kind).toBe('current')
      for (const event of events) {
        if (event.kind !== 'advanced' && event.kind !== 'adopted') continue
        const { previous, next } = event
        const known = published.get(JSON.stringify(next.cursor))
        expect(next.tree).toEqual(known?.tree)
        expect(next.overlays).toEqual(known?.overlays)
        const isBack = previous !== undefined && next.cursor.revision <= previous.cursor.revision
        if (isBack) expect(event).toMatchObject({ kind: 'adopted', because: 'rewound' })
      }
      const transitions = events.flatMap(({ kind }) => (kind === 'lost' || kind === 'restored' ? [kind] : []))
      expect(transitions).toEqual(transitions.map((_, index) => (index % 2 === 0 ? 'lost' : 'restored')))
      await feed.close()
      expect(clock.pending).toBe(0)
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 2 ** 31 - 2 }), run),
      { numRuns: 400 },
    )
  }, 120_000)
})
