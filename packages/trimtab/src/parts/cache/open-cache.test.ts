import * as fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { expect, it } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { type Entry, OpenCache } from './open-cache.ts'

const keys = ['a', 'b', 'c', 'd', 'e']

function openCache(maxEntries: number): OpenCache<string> {
  const make: ConstructorParameters<typeof OpenCache<string>>[0]['make'] = (limits, onEvict) =>
    new LRUCache<string, Entry<string>>({
      max: limits.maxEntries,
      dispose: (entry, key, reason) => (reason === 'evict' ? onEvict(key, entry) : undefined),
    })
  return new OpenCache({ clock: createManualClock(), make }, { maxEntries, ttl: 0 })
}

it('gives nothing but the last value set, and loses nothing by a change that is undone, whatever else is changed', () => {
  const key = fc.constantFrom(...keys)
  const maxEntries = fc.integer({ min: 1, max: 5 })
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), key }) },
    fc.record({ kind: fc.constant('delete' as const), key }),
    fc.record({ kind: fc.constant('change' as const), maxEntries }),
    fc.record({ kind: fc.constant('undo' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cache = openCache(5)
      const last = new Map<string, string>()
      const undos: (() => void)[] = []
      for (const [index, each] of steps.entries()) {
        if (each.kind === 'set') {
          last.set(each.key, String(index))
          cache.set(each.key, String(index))
        } else if (each.kind === 'delete') {
          last.delete(each.key)
          cache.delete(each.key)
        } else if (each.kind === 'change') undos.push(cache.apply({ maxEntries: each.maxEntries, ttl: 0 }))
        else undos.pop()?.()
        for (const one of keys) expect([undefined, last.get(one)]).toContain(cache.get(one))
        expect(cache.stats.entries).toBeLessThanOrEqual(cache.limits.maxEntries)
      }
      // As long as nothing was put out for something newer, everything is there again when all is undone.
      for (const undo of undos.toReversed()) undo()
      if (cache.stats.evictions === 0) for (const one of keys) expect(cache.get(one)).toBe(last.get(one))
    }),
    {
      numRuns: 500,
      examples: [
        [
          [
            { kind: 'set', key: 'a' },
            { kind: 'change', maxEntries: 2 },
            { kind: 'change', maxEntries: 2 },
            { kind: 'change', maxEntries: 3 },
            { kind: 'set', key: 'b' },
            { kind: 'set', key: 'e' },
          ],
        ],
      ],
    },
  )
})
