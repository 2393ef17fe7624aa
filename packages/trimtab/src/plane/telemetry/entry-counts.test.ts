import { expect, test } from 'vitest'
import { leavesOf } from '../../store/publish/leaves.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Overlay } from '../../tenancy/overlay/overlay.ts'
import { createEntryCounts } from './entry-counts.ts'

test.each<JsonObject>([
  {},
  { a: 1 },
  { a: { b: null, c: [1, { d: 2 }], e: {} }, f: '' },
  { a: { b: { c: { d: {} } } } },
])('an overlay has as many entries as a store has for it: %j', (tree) => {
  // Nothing else of it is looked at.
  const overlay = { tree } as Overlay
  expect(createEntryCounts()(overlay)).toBe(leavesOf(tree).length)
})

test('an overlay is walked through once', () => {
  let looks = 0
  const overlay = {
    get tree() {
      looks += 1
      return { a: 1 }
    },
    // Nothing else of it is looked at.
  } as unknown as Overlay
  const entriesOf = createEntryCounts()
  expect([entriesOf(overlay), entriesOf(overlay), entriesOf(undefined), looks]).toEqual([1, 1, 0, 1])
})
