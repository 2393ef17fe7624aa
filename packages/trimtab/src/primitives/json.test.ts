import { describe, expect, it } from 'vitest'
import { copyRecord, differingEntries, emptyRecord, isJsonArray, isJsonObject, ownValue, setOwn } from './json.ts'

describe('isJsonObject and isJsonArray', () => {
  it('tell objects, lists and everything else apart', () => {
    const values = [{}, emptyRecord(), [], null, undefined, 'x', 0] as const
    expect(values.map((value) => [isJsonObject(value as never), isJsonArray(value as never)])).toEqual([
      [true, false],
      [true, false],
      [false, true],
      ...Array.from({ length: 4 }, () => [false, false]),
    ])
  })
})

describe('ownValue', () => {
  it('gives own properties and nothing inherited', () => {
    expect(ownValue<unknown>({ a: 1 }, 'a')).toBe(1)
    expect(ownValue<unknown>({}, 'constructor')).toBe(undefined)
    expect(ownValue<unknown>(JSON.parse('{"__proto__":1}'), '__proto__')).toBe(1)
  })
})

describe('copyRecord', () => {
  it.each([
    ['plain', { a: 1, b: [] }],
    ['bare', Object.assign(emptyRecord<unknown>(), { a: 1, b: [] })],
  ])('copies a %s object with its prototype and leaves it alone', (_, source) => {
    const copy = copyRecord<unknown>(Object.freeze(source))
    copy['a'] = 2
    expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(source))
    expect(source).toEqual({ a: 1, b: [] })
    expect(copy['b']).toBe(source['b'])
  })

  it.each([{}, Object.create(null)])('copies own keys that are called like inherited ones', (target) => {
    Object.defineProperty(target, '__proto__', { value: { polluted: 1 }, enumerable: true })
    const copy = copyRecord<unknown>(target)
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":1}}')
    expect('polluted' in copy).toBe(false)
  })
})

describe('setOwn', () => {
  it.each(['a', '__proto__', 'constructor', 'toString'])('makes %s an own property that can be changed', (key) => {
    for (const record of [{}, emptyRecord<unknown>()]) {
      setOwn(record, key, 1)
      setOwn(record, key, 2)
      expect(Object.entries(record)).toEqual([[key, 2]])
      expect(Object.getPrototypeOf(record)).not.toBe(1)
    }
  })
})

describe('differingEntries', () => {
  const wide = (value: number) =>
    Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index === 7 ? value : 0]))

  it('gives the keys whose values are not identical, and the values', () => {
    const shared = {}
    expect(differingEntries<unknown>({ a: 1, b: shared, c: {} }, { a: 2, b: shared, c: {} })).toEqual([
      { key: 'a', before: 1, after: 2 },
      { key: 'c', before: {}, after: {} },
    ])
    const seventh = [{ key: 'k7', before: 1, after: 2 }]
    const withoutPrototype = (value: number) => Object.assign(emptyRecord<number>(), wide(value))
    expect(differingEntries(wide(1), wide(2))).toEqual(seventh)
    expect(differingEntries(withoutPrototype(1), withoutPrototype(2))).toEqual(seventh)
    expect(differingEntries(withoutPrototype(1), wide(2))).toEqual(seventh)
    expect(differingEntries({}, {})).toEqual([])
  })

  it('knows none where the keys are others or in another order', () => {
    expect(differingEntries<unknown>({ a: 1 }, { b: 1 })).toBe(undefined)
    expect(differingEntries<unknown>({ a: 1 }, { a: 1, b: 1 })).toBe(undefined)
    expect(differingEntries<unknown>({ a: 1, b: 1 }, { a: 1 })).toBe(undefined)
    expect(differingEntries({ a: 1, b: 1 }, { b: 1, a: 1 })).toBe(undefined)
    const reordered = Object.assign(emptyRecord<number>(), Object.fromEntries(Object.entries(wide(1)).toReversed()))
    expect(differingEntries(Object.assign(emptyRecord<number>(), wide(1)), reordered)).toBe(undefined)
  })
})
