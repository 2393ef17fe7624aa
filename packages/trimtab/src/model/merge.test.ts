import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../primitives/json.ts'
import { setAt } from './edit.ts'
import { mergeTrees } from './merge.ts'
import { adopt } from './share.ts'

const merge = (...trees: readonly JsonObject[]): JsonObject => mergeTrees(trees.map((tree) => adopt(tree))).tree

/** A frozen object that refuses to be looked into once it is closed. */
function closable(tree: JsonObject): { readonly tree: JsonObject; readonly close: () => void } {
  const handler: ProxyHandler<JsonObject> = {}
  const fail = (): never => expect.unreachable('a section that no input changed was looked into')
  return {
    tree: new Proxy(adopt(tree), handler),
    close: () => Object.assign(handler, { get: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, has: fail }),
  }
}

describe('mergeTrees', () => {
  it.each<[string, readonly JsonObject[], Json]>([
    ['objects key by key', [{ a: { x: 1, y: 1 } }, { a: { y: 2, z: 2 } }], { a: { x: 1, y: 2, z: 2 } }],
    ['the last of several', [{ a: 1 }, { a: 2 }, { a: 3 }], { a: 3 }],
    ['lists as a whole', [{ a: [1, 2, 3] }, { a: [4] }], { a: [4] }],
    ['an empty list', [{ a: [1] }, { a: [] }], { a: [] }],
    ['false', [{ a: true }, { a: false }], { a: false }],
    ['zero', [{ a: 1 }, { a: 0 }], { a: 0 }],
    ['an empty text', [{ a: 'x' }, { a: '' }], { a: '' }],
    ['null', [{ a: { b: 1 } }, { a: null }], { a: null }],
    ['an object over a value', [{ a: 1 }, { a: { b: 1 } }], { a: { b: 1 } }],
    ['a value over an object', [{ a: { b: 1 } }, { a: 1 }], { a: 1 }],
    ['an object over a value over an object', [{ a: { x: 1 } }, { a: 1 }, { a: { y: 1 } }], { a: { y: 1 } }],
    ['an empty object, which takes nothing away', [{ a: { b: 1 } }, { a: {} }], { a: { b: 1 } }],
    ['an empty object over nothing', [{}, { a: {} }], { a: {} }],
    ['nothing at all', [], {}],
  ])('takes %s', (_, trees, expected) => {
    expect(merge(...trees)).toEqual(expected)
  })

  it('keeps keys in the order in which they appear from the lowest tree to the highest', () => {
    expect(Object.keys(merge({ b: 1, a: 1 }, { c: 1, a: 2 }, { d: 1, c: 2 }))).toEqual(['b', 'a', 'c', 'd'])
  })

  it('takes inherited names as keys like any other and pollutes nothing', () => {
    const hostile = (value: number): JsonObject =>
      JSON.parse(
        `{"__proto__":{"polluted":${value}},"constructor":{"prototype":{"polluted":${value}}},"toString":${value}}`,
      )
    const merged = merge(hostile(1), { constructor: { other: 1 } }, hostile(2))
    expect(JSON.stringify(merged)).toBe(
      '{"__proto__":{"polluted":2},"constructor":{"prototype":{"polluted":2},"other":1},"toString":2}',
    )
    expect(Object.hasOwn(merged, '__proto__')).toBe(true)
    expect('polluted' in {}).toBe(false)

    const onlyAbove = merge({ a: { x: 1 } }, { a: JSON.parse('{"__proto__":{"polluted":1}}') })
    expect(JSON.stringify(onlyAbove)).toBe('{"a":{"x":1,"__proto__":{"polluted":1}}}')
    expect(merge({}, { valueOf: 1 })).toEqual({ valueOf: 1 })
  })

  it('gives the values below back when a source is taken away, its objects being as they were', () => {
    const file = adopt({ pool: { max: 10, idle: 5 }, http: { port: 80 } })
    const override = adopt({ pool: { max: 50 }, http: null })
    const both = mergeTrees([file, override])
    expect(both.tree).toEqual({ pool: { max: 50, idle: 5 }, http: null })
    const alone = mergeTrees([file], both)
    expect(alone.tree).toBe(file)
    expect(file).toEqual({ pool: { max: 10, idle: 5 }, http: { port: 80 } })
    expect(override).toEqual({ pool: { max: 50 }, http: null })
  })

  it('gives the earlier state for the same trees', () => {
    const trees = [adopt({ a: 1 }), adopt({ b: 1 })]
    const state = mergeTrees(trees)
    expect(mergeTrees([...trees], state)).toBe(state)
  })

  it('does not look into a section that is the same in all trees as before', () => {
    const sections = [{ a: 1 }, { b: 1 }, { c: 1 }, {}].map(closable)
    const [inLower, inHigher, inBoth, inBothToo] = sections.map(({ tree }) => tree)
    const lower = Object.freeze({ inLower: inLower ?? {}, both: inBoth ?? {}, pool: adopt({ max: 10 }) })
    const higher = Object.freeze({ inHigher: inHigher ?? {}, both: inBothToo ?? {}, pool: adopt({ idle: 5 }) })
    const state = mergeTrees([lower, higher])
    for (const { close } of sections) close()

    const edited = setAt(lower, ['pool', 'max'], 20)
    const next = mergeTrees([edited, higher], state)
    expect(next.tree['pool']).toEqual({ max: 20, idle: 5 })
    expect(next.tree['inLower']).toBe(inLower)
    expect(next.tree['inHigher']).toBe(inHigher)
    expect(next.tree['both']).toBe(state.tree['both'])

    const more = mergeTrees([edited, higher, adopt({ pool: { idle: 6 }, extra: 1 })], next)
    expect(more.tree['both']).toBe(state.tree['both'])
  })

  it('keeps the earlier result when what changed is hidden by a higher tree', () => {
    const lower = adopt({ pool: { max: 10, idle: 5 } })
    const higher = adopt({ pool: { max: 50 } })
    const state = mergeTrees([lower, higher])
    const hidden = mergeTrees([setAt(lower, ['pool', 'max'], 20), higher], state)
    expect(hidden.tree).toBe(state.tree)

    const grown = mergeTrees([adopt({ pool: { max: 10 } }), adopt({ pool: { max: 50, idle: 1 } })])
    const covered = mergeTrees([adopt({ pool: { max: 10, idle: 5 } }), grown.inputs[1] ?? {}], grown)
    expect(covered.tree).toBe(grown.tree)
  })

  it('uses the lowest tree itself where the higher ones add nothing, again after it changed', () => {
    const file = adopt({ pool: { max: 10 } })
    const state = mergeTrees([file, adopt({}), adopt({ pool: {} })])
    expect(state.tree).toBe(file)
    const edited = setAt(file, ['pool', 'max'], 20)
    expect(mergeTrees([edited, ...state.inputs.slice(1)], state).tree).toBe(edited)
  })

  it('does not depend on what its caller does with the list afterwards', () => {
    const trees: JsonObject[] = [adopt({ a: 1 }), adopt({ b: 1 })]
    const state = mergeTrees(trees)
    trees.push(adopt({ c: 1 }))
    expect(mergeTrees(trees, state).tree).toEqual({ a: 1, b: 1, c: 1 })
  })

  it('merges many overlapping trees of many levels without multiplying its work', () => {
    const deep = (levels: number): JsonObject => (levels === 0 ? { leaf: 1 } : { inside: deep(levels - 1) })
    const trees = Array.from({ length: 8 }, () => adopt(deep(40)))
    expect(mergeTrees(trees).tree).toEqual(deep(40))
  })
})
