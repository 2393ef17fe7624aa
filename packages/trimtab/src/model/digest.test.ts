import { describe, expect, it } from 'vitest'
import type { Json } from '../primitives/json.ts'
import { createDigester, digestOf } from './digest.ts'
import { setAt } from './edit.ts'
import { adopt } from './share.ts'

/** A frozen object that counts how often it is read. */
function counted(tree: { readonly [key: string]: Json }): { readonly tree: Json; readonly reads: () => number } {
  let reads = 0
  const proxy = new Proxy(Object.freeze(tree), {
    get(target, key) {
      reads += 1
      return Reflect.get(target, key)
    },
  })
  return { tree: proxy, reads: () => reads }
}

describe('digest', () => {
  it('is the same for the same content, whatever the order of keys', () => {
    const digest = digestOf({ a: 1, b: { c: [1, 2], d: null } })
    expect(digestOf({ b: { d: null, c: [1, 2] }, a: 1 })).toBe(digest)
    expect(digestOf(Object.assign(Object.create(null), { b: { d: null, c: [1, 2] }, a: 1 }))).toBe(digest)
    expect(createDigester().digest(adopt({ a: 1, b: { c: [1, 2], d: null } }))).toBe(digest)
    expect(digest).toMatch(/^[\w-]{43}$/)
  })

  it('takes minus zero for zero', () => {
    expect(digestOf({ a: -0 })).toBe(digestOf({ a: 0 }))
    expect(digestOf(-0)).toBe(digestOf(0))
  })

  it('is another one for every other content', () => {
    const contents: readonly Json[] = [
      null,
      'null',
      true,
      'true',
      false,
      0,
      1,
      '1',
      '',
      'a',
      [],
      {},
      [[]],
      [{}],
      [null],
      ['a'],
      [1, 2],
      [2, 1],
      [[1, 2]],
      [[1], 2],
      { a: null },
      { a: {} },
      { a: [] },
      { a: 1 },
      { a: '1' },
      { a: 'b' },
      { b: 'a' },
      { a: ['b'] },
      { a: [['b']] },
      ['a', 'b'],
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      { a: { b: 1 } },
      { 'a.b': 1 },
      { '': 1 },
      { __proto: 1 },
      JSON.parse('{"__proto__":1}'),
      { a: '\uD800' },
      { a: '\uD801' },
      { a: '\uFFFD' },
      { '\uD800': 'a' },
      { '\uDC00': 'a' },
      { a: 1e21 },
      { a: '1e+21' },
      { 'a":1,"b': 2 },
      // What a digest would look like if it were taken for content.
      { a: digestOf({}) },
      { a: [digestOf({})] },
      [digestOf([])],
      [[digestOf([])]],
    ]
    const digests = new Map(contents.map((content) => [digestOf(content), JSON.stringify(content)]))
    expect(digests.size).toBe(contents.length)
  })
})

describe('createDigester', () => {
  it('hashes what did not change once', () => {
    const section = counted({ x: 1 })
    const digester = createDigester()
    const tree = Object.freeze({ section: section.tree, pool: adopt({ max: 10 }) })
    const before = digester.digest(tree)
    expect(section.reads()).toBe(1)

    const edited = setAt(tree, ['pool', 'max'], 20)
    const after = digester.digest(edited)
    expect(after).not.toBe(before)
    expect(section.reads()).toBe(1)
    expect(after).toBe(digestOf({ section: { x: 1 }, pool: { max: 20 } }))
    expect(digester.digest(tree)).toBe(before)
  })

  it('remembers nothing of what may still change', () => {
    const digester = createDigester()
    const tree = { a: 1 }
    const before = digester.digest(tree)
    tree.a = 2
    expect(digester.digest(tree)).not.toBe(before)
    expect(digester.digest(tree)).toBe(digestOf({ a: 2 }))
  })
})
