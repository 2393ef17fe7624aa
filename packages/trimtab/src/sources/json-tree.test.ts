import { describe, expect, it } from 'vitest'
import { toJson, toJsonTree } from './json-tree.ts'

const planted = 'hunter2-planted'

function flawsOf(value: unknown) {
  const result = toJsonTree(value)
  if (result.ok) throw new Error('expected flaws')
  return result.error
}

/** An object inside itself so many times. */
function nested(levels: number): unknown {
  let value: unknown = planted
  for (let level = 0; level < levels; level += 1) value = { a: value }
  return value
}

describe('toJsonTree', () => {
  it('copies plain data without touching it, deeply frozen and without a prototype', () => {
    const given = { a: { b: [1, { c: null }] }, d: '' }
    const result = toJsonTree(given)
    expect(result).toEqual({ ok: true, value: given })
    if (!result.ok) return
    expect(Object.isFrozen(given)).toBe(false)
    expect(Object.isFrozen(given.a.b)).toBe(false)
    expect(Object.isFrozen(result.value)).toBe(true)
    expect(Object.isFrozen(result.value['a'])).toBe(true)
    expect(Object.getPrototypeOf(result.value)).toBeNull()
  })

  it('leaves away what is undefined, as JSON does, and reads minus zero as zero', () => {
    const result = toJsonTree({ a: undefined, b: -0 })
    expect(result.ok && Object.keys(result.value)).toEqual(['b'])
    expect(result.ok && Object.is(result.value['b'], 0)).toBe(true)
  })

  it.each<[string, unknown, string, string | undefined]>([
    ['a list at the root', [planted], 'not_an_object', undefined],
    ['text at the root', planted, 'not_an_object', undefined],
    ['null at the root', null, 'not_an_object', undefined],
    ['an instance at the root', new Map([[planted, planted]]), 'not_an_object', undefined],
    ['an instance', { a: { b: new Map([[planted, planted]]) } }, 'not_json', 'a.b'],
    ['a date', { a: new Date(0) }, 'not_json', 'a'],
    ['a function', { a: () => planted }, 'not_json', 'a'],
    ['a symbol', { a: Symbol(planted) }, 'not_json', 'a'],
    ['a bigint', { a: 1n }, 'not_json', 'a'],
    ['no number', { a: Number.NaN }, 'not_json', 'a'],
    ['infinity', { a: [1, Number.POSITIVE_INFINITY] }, 'not_json', 'a[1]'],
    ['a hole in a list', { a: Object.assign([], { 1: 2 }) }, 'not_json', 'a[0]'],
    ['half a character', { a: '\ud800' }, 'not_json', 'a'],
    [
      'a getter that throws',
      {
        get [planted]() {
          throw new Error(planted)
        },
      },
      'not_json',
      undefined,
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error(planted)
          },
        },
      ),
      'not_json',
      undefined,
    ],
    ['a key __proto__', { a: JSON.parse(`{ "__proto__": "${planted}" }`) }, 'prototype_key', 'a'],
    ['a key constructor', { constructor: planted }, 'prototype_key', undefined],
    ['a key with a line break', { [`a\n`]: planted }, 'key_invalid', undefined],
    ['a key that is too long', { ['a'.repeat(129)]: planted }, 'key_invalid', undefined],
    ['half a character in a key', { '\udc00': planted }, 'key_invalid', undefined],
    ['a text that is too large', { a: planted.repeat(20_000) }, 'too_large', 'a'],
    ['nesting', nested(33), 'too_deep', Array.from({ length: 32 }, () => 'a').join('.')],
  ])('refuses %s and shows none of it', (_, value, code, path) => {
    const flaws = flawsOf(value)
    expect(flaws.map((flaw) => [flaw.code, flaw.path])).toEqual([[code, path]])
    expect(JSON.stringify(flaws)).not.toContain(planted)
  })

  it('takes what is nested as deep as is allowed', () => {
    expect(toJsonTree(nested(32)).ok).toBe(true)
  })

  it('ends at a circle', () => {
    const circle: Record<string, unknown> = {}
    circle['a'] = circle
    expect(flawsOf(circle).map(({ code }) => code)).toEqual(['too_deep'])
  })

  it('ends where little data unfolds into endless data', () => {
    let value: unknown = ['x']
    for (let level = 0; level < 25; level += 1) value = [value, value, value, value]
    expect(flawsOf({ value }).map(({ code }) => code)).toEqual(['too_large'])
  })

  it('reports several flaws, and not thousands', () => {
    expect(flawsOf({ a: Number.NaN, b: 1n }).length).toBe(2)
    expect(flawsOf({ a: Array.from({ length: 5_000 }, () => 1n) }).length).toBeLessThan(50)
  })
})

describe('toJson', () => {
  it('counts levels from the place of the value', () => {
    expect(toJson(nested(31), ['at']).ok).toBe(true)
    expect(toJson(nested(32), ['at']).ok).toBe(false)
  })

  it('takes any value that JSON has', () => {
    for (const value of [null, false, 0, '', [], ['a']]) expect(toJson(value)).toEqual({ ok: true, value })
  })
})
