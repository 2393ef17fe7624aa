import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../../packages/trimtab/src/model/layer.ts'
import { mergeTrees } from '../../packages/trimtab/src/model/merge.ts'
import { type Segments, valueAt } from '../../packages/trimtab/src/model/path.ts'
import { originOf } from '../../packages/trimtab/src/model/provenance.ts'
import { adopt } from '../../packages/trimtab/src/model/share.ts'
import { sourceName } from '../../packages/trimtab/src/model/source-name.ts'
import type { JsonObject } from '../../packages/trimtab/src/primitives/json.ts'
import { canonical, deepFrozen, isDeepFrozen, jsonObject, kindredObject, pairOf, parts } from '../support/json-trees.ts'

const runs = { numRuns: 1_000 }

const frozen = jsonObject.map(deepFrozen)
const layers = fc.array(frozen, { maxLength: 5 })

/** Layers, and what is read after some of them changed: each shares with the one before whatever it can. */
const twoReadings = fc.array(fc.tuple(pairOf(jsonObject), fc.boolean()), { maxLength: 4 }).map((readings) =>
  readings.map(([[before, after], changes]): readonly [JsonObject, JsonObject] => {
    const first = adopt(before)
    return [first, changes ? adopt(after, first) : first]
  }),
)

const merge = (...trees: readonly JsonObject[]): JsonObject => mergeTrees(trees).tree

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The rule in its plainest form: two at a time, everything copied. */
function naive(lower: unknown, higher: unknown): unknown {
  if (!isObject(lower) || !isObject(higher)) return higher
  const merged = new Map(Object.entries(lower))
  for (const [key, value] of Object.entries(higher)) {
    merged.set(key, naive(merged.get(key), value) as JsonObject)
  }
  return Object.fromEntries(merged)
}

/** The objects that make up a place, lowest first; none where something else wins. */
function stackAt(trees: readonly JsonObject[], at: Segments): readonly unknown[] {
  return at.reduce<readonly unknown[]>((stack, segment) => {
    const values = stack.map((object) => valueAt(object, [segment])).filter((value) => value !== undefined)
    const base = values.findLastIndex((value) => !isObject(value))
    return base === values.length - 1 ? [] : values.slice(base + 1)
  }, trees)
}

describe('mergeTrees', () => {
  it('lets the last win, key by key, whatever the keys are called', () => {
    fc.assert(
      fc.property(layers, (trees) => {
        const expected = trees.reduce<unknown>(naive, {})
        expect(canonical(mergeTrees(trees).tree)).toBe(canonical(expected))
      }),
      runs,
    )
  })

  it('never changes a tree, and gives a frozen one', () => {
    fc.assert(
      fc.property(layers, (trees) => {
        const before = trees.map(canonical)
        expect(isDeepFrozen(mergeTrees(trees).tree)).toBe(true)
        expect(trees.map(canonical)).toEqual(before)
      }),
      runs,
    )
  })

  it('is associative from the left for any trees', () => {
    fc.assert(
      fc.property(frozen, frozen, frozen, (a, b, c) => {
        expect(canonical(merge(merge(a, b), c))).toBe(canonical(merge(a, b, c)))
      }),
      runs,
    )
  })

  it('is associative for trees that agree on which places are objects', () => {
    const kindred = kindredObject.map(deepFrozen)
    fc.assert(
      fc.property(kindred, kindred, kindred, (a, b, c) => {
        const all = canonical(merge(a, b, c))
        expect(canonical(merge(a, merge(b, c)))).toBe(all)
        expect(canonical(merge(merge(a, b), c))).toBe(all)
      }),
      runs,
    )
  })

  it('uses the object of a tree wherever that tree alone says something', () => {
    fc.assert(
      fc.property(layers, (trees) => {
        for (const [at, part] of parts(mergeTrees(trees).tree)) {
          const stack = Array.isArray(part) ? [] : stackAt(trees, at)
          if (stack.length === 1) expect(part).toBe(stack[0])
        }
      }),
      runs,
    )
  })

  it('gives the same with the state of an earlier merge as without, byte by byte', () => {
    fc.assert(
      fc.property(twoReadings, (readings) => {
        const earlier = mergeTrees(readings.map(([first]) => first))
        const next = readings.map(([, second]) => second)
        expect(JSON.stringify(mergeTrees(next, earlier).tree)).toBe(JSON.stringify(mergeTrees(next).tree))
      }),
      runs,
    )
  })

  it('keeps the merged objects of before wherever all trees are the same objects as before', () => {
    fc.assert(
      fc.property(twoReadings, fc.boolean(), (readings, isLayerAdded) => {
        const first = readings.map(([tree]) => tree)
        const second = [...readings.map(([, tree]) => tree), ...(isLayerAdded ? [deepFrozen({ added: 1 })] : [])]
        const earlier = mergeTrees(first)
        const later = mergeTrees(second, earlier)
        for (const [at, part] of parts(later.tree)) {
          if (Array.isArray(part)) continue
          const now = stackAt(second, at)
          const before = stackAt(first, at)
          const isSame =
            now.length > 0 && now.length === before.length && now.every((object, index) => object === before[index])
          if (isSame) expect(part).toBe(valueAt(earlier.tree, at))
        }
        expect(mergeTrees(second, later)).toBe(later)
      }),
      runs,
    )
  })
})

describe('originOf', () => {
  const layerOf = (tree: JsonObject, index: number): Layer => ({
    source: sourceName('layer', String(index)),
    tree,
    digest: '',
    locate: () => undefined,
  })

  it('names the highest layer that says what the merged tree says, and every other that says something', () => {
    fc.assert(
      fc.property(layers, (trees) => {
        const stack = trees.map(layerOf)
        const merged = mergeTrees(trees).tree
        const places = trees.flatMap((tree) => [...parts(tree)].flatMap(([at, part]) => leavesOf(at, part)))
        for (const at of places) {
          const { winner, overridden } = originOf(stack, at)
          const said = stack.filter((layer) => valueAt(layer.tree, at) !== undefined).toReversed()
          const others = said.filter((layer) => layer.source !== winner?.source)
          expect(overridden.map(({ origin }) => origin.source)).toEqual(others.map((layer) => layer.source))
          expect(overridden.map(({ value }) => value)).toEqual(others.map((layer) => valueAt(layer.tree, at)))
          const value = valueAt(merged, at)
          expect(winner === undefined).toBe(value === undefined)
          const winning = stack.find((layer) => layer.source === winner?.source)
          // `-0` and `0` are the same value, so that either may stand for both.
          if (winning !== undefined && !isObject(value)) expect(valueAt(winning.tree, at) === value).toBe(true)
        }
      }),
      runs,
    )
  })

  function leavesOf(at: Segments, part: object): readonly Segments[] {
    return Object.keys(part).map((key) => [...at, Array.isArray(part) ? Number(key) : key])
  }
})
