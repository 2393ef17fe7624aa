import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createChanges } from '../../packages/trimtab/src/model/changes.ts'
import { applyChanges, diffAt, diffTrees, isSameValue, reverseChanges } from '../../packages/trimtab/src/model/diff.ts'
import { createDigester, digestOf } from '../../packages/trimtab/src/model/digest.ts'
import { removeAt, setAt } from '../../packages/trimtab/src/model/edit.ts'
import {
  compareSegments,
  isUnder,
  printPath,
  type Segments,
  segmentsOf,
  valueAt,
} from '../../packages/trimtab/src/model/path.ts'
import { Secret } from '../../packages/trimtab/src/model/secrecy/secret.ts'
import { adopt } from '../../packages/trimtab/src/model/share.ts'
import {
  canonical,
  copyOf,
  deepFrozen,
  hostileKey,
  isDeepFrozen,
  jsonObject,
  pairOf,
  parts,
  shuffled,
  typedObject,
} from '../support/json-trees.ts'

const runs = { numRuns: 1_000 }

const typedPair = pairOf(typedObject).map(deepFrozen)

/** Places in either tree. */
function placesIn(...trees: readonly object[]): readonly Segments[] {
  return trees.flatMap((tree) =>
    [...parts(tree)].flatMap(([at, part]) => (Array.isArray(part) ? [] : Object.keys(part).map((key) => [...at, key]))),
  )
}

const isPrintable = (at: Segments) => at.length <= 32 && printPath(at).length <= 512

describe('diffTrees', () => {
  it('gives the changes that make the one into the other, and back', () => {
    fc.assert(
      fc.property(typedPair, ([a, b]) => {
        const changes = diffTrees(a, b)
        const applied = applyChanges(a, changes)
        expect(canonical(applied)).toBe(canonical(b))
        expect(isDeepFrozen(applied)).toBe(true)
        expect(canonical(applyChanges(b, reverseChanges(changes)))).toBe(canonical(a))
        expect(reverseChanges(reverseChanges(changes))).toEqual(changes)
      }),
      runs,
    )
  })

  it('is empty exactly when both are equal', () => {
    fc.assert(
      fc.property(typedPair, fc.nat(), ([a, b], seed) => {
        expect(diffTrees(a, b).length === 0).toBe(canonical(a) === canonical(b))
        expect(isSameValue(a, b)).toBe(canonical(a) === canonical(b))
        expect(diffTrees(a, shuffled(a, seed))).toEqual([])
      }),
      runs,
    )
  })

  it('gives the same list whatever the order of keys and whatever is shared', () => {
    fc.assert(
      fc.property(pairOf(jsonObject), fc.nat(), ([before, after], seed) => {
        const a = adopt(before)
        const b = adopt(copyOf(after), a)
        expect(canonical(diffTrees(a, b))).toBe(canonical(diffTrees(shuffled(before, seed), shuffled(after, seed + 1))))
      }),
      runs,
    )
  })

  it('is sorted by place, and no change stands below another one', () => {
    fc.assert(
      fc.property(typedPair, ([a, b]) => {
        const places = diffTrees(a, b).map((change) => segmentsOf(change.path))
        expect(places).toEqual(places.toSorted(compareSegments))
        for (const place of places) expect(places.filter((other) => isUnder(other, place))).toEqual([place])
      }),
      runs,
    )
  })

  it('says of each change what stood there and what stands there', () => {
    fc.assert(
      fc.property(typedPair, ([a, b]) => {
        for (const change of diffTrees(a, b)) {
          const at = segmentsOf(change.path)
          const sides = { previous: undefined, next: undefined, ...change }
          expect([sides.previous, sides.next]).toEqual([valueAt(a, at), valueAt(b, at)])
          expect(change.kind === 'added').toBe(valueAt(a, at) === undefined)
          expect(change.kind === 'removed').toBe(valueAt(b, at) === undefined)
        }
      }),
      runs,
    )
  })
})

describe('changes', () => {
  it('differ under a place exactly as what stands there does', () => {
    fc.assert(
      fc.property(typedPair, ([a, b]) => {
        const changes = createChanges(diffTrees(a, b))
        for (const at of placesIn(a, b).filter(isPrintable)) {
          const path = printPath(at)
          const under = diffAt(at, valueAt(a, at), valueAt(b, at))
          expect(canonical([...changes.under(path)])).toBe(canonical(under))
          expect(changes.has(path)).toBe(under.length > 0)
        }
      }),
      runs,
    )
  })

  it('never print a secret', () => {
    fc.assert(
      fc.property(typedPair, ([a, b]) => {
        const onlyAsSecret = (text: string) =>
          !canonical([a, b])
            .replaceAll(/secret "[^"]*"/g, '')
            .includes(text)
        const changes = createChanges(diffTrees(a, b))
        const printed = JSON.stringify([changes, [...changes], changes.summary()])
        for (const text of ['hunter2', 'hunter3'].filter(onlyAsSecret)) expect(printed).not.toContain(text)
      }),
      runs,
    )
  })
})

describe('printPath', () => {
  it('is read back as the same keys', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(hostileKey, fc.string(), fc.nat({ max: 999_999_999 }))), (segments) => {
        expect(segmentsOf(printPath(segments))).toEqual(segments)
      }),
      runs,
    )
  })
})

describe('digests', () => {
  it('are the same exactly for the same content', () => {
    fc.assert(
      fc.property(pairOf(jsonObject), fc.nat(), ([a, b], seed) => {
        const digester = createDigester()
        const digest = digester.digest(deepFrozen(a))
        expect(digest === digester.digest(deepFrozen(b))).toBe(canonical(a) === canonical(b))
        expect(digestOf(shuffled(a, seed))).toBe(digest)
      }),
      runs,
    )
  })
})

describe('edits', () => {
  it('change one place, share the rest, and touch nothing', () => {
    fc.assert(
      fc.property(jsonObject, jsonObject, fc.nat(), (given, value, choice) => {
        const tree = deepFrozen(given)
        const places = [...placesIn(tree), ['new', 'place']]
        const at = places[choice % places.length] ?? []
        const edited = setAt(tree, at, value)
        expect(isDeepFrozen(edited)).toBe(true)
        expect(canonical(valueAt(edited, at))).toBe(canonical(value))
        for (const [, part] of parts(value)) expect(Object.isFrozen(part)).toBe(false)
        for (const other of placesIn(tree)) {
          if (!isUnder(at, other) && !isUnder(other, at)) expect(valueAt(edited, other)).toBe(valueAt(tree, other))
        }
        expect(setAt(edited, at, copyOf(value))).toBe(edited)

        const removed = removeAt(edited, at)
        expect(isDeepFrozen(removed)).toBe(true)
        expect(valueAt(removed, at)).toBe(undefined)
        expect(removeAt(removed, at)).toBe(removed)
        expect(canonical(setAt(removed, at, value))).toBe(canonical(edited))
      }),
      runs,
    )
  })
})

it('compares secrets by what they hold', () => {
  const at = (value: unknown) => ({ url: new Secret(value) })
  expect(diffTrees(at('a'), at('a'))).toEqual([])
  expect(diffTrees(at({ a: 1, b: 2 }), at({ b: 2, a: 1 }))).toEqual([])
  expect(diffTrees(at('a'), at('b')).map(({ kind, path }) => `${kind} ${path}`)).toEqual(['modified url'])
})
