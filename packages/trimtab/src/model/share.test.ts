import { describe, expect, it } from 'vitest'
import type { Json } from '../primitives/json.ts'
import { adopt, frozenCopy } from './share.ts'

function nested(levels: number, leaf: Json): Json {
  let tree = leaf
  for (let level = 0; level < levels; level += 1) tree = { inside: tree }
  return tree
}

describe('adopt', () => {
  it('freezes what is new in place', () => {
    const fresh = { pool: { max: 10, hosts: ['a'] } }
    const adopted = adopt(fresh)
    expect(adopted).toBe(fresh)
    expect([adopted, adopted.pool, adopted.pool.hosts].every(Object.isFrozen)).toBe(true)
  })

  it('keeps every section that did not change, and gives a new one for the section that did', () => {
    const previous = adopt({ pool: { max: 10 }, http: { port: 80, hosts: ['a', 'b'] } })
    const next = adopt({ http: { hosts: ['a', 'b'], port: 80 }, pool: { max: 20 } }, previous)
    expect(next.http).toBe(previous.http)
    expect(next.pool).toEqual({ max: 20 })
    expect(next).not.toBe(previous)
  })

  it('tells a list in another order from the same list', () => {
    const previous = adopt({ hosts: [{ name: 'a' }, { name: 'b' }] })
    const next = adopt({ hosts: [{ name: 'b' }, { name: 'a' }] }, previous)
    expect(next.hosts).toEqual([{ name: 'b' }, { name: 'a' }])
    const longer = adopt({ hosts: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }, previous)
    expect(longer.hosts[0]).toBe(previous.hosts[0])
    expect(longer.hosts).toHaveLength(3)
  })

  it.each<[string, Json, Json]>([
    ['an object and a list', { a: {} }, { a: [] }],
    ['nothing and null', {}, { a: null }],
    ['a key and an inherited name', {}, { toString: 'x' }],
    ['two keys with the same values', { a: 1 }, { b: 1 }],
    ['a number and its text', { a: 1 }, { a: '1' }],
  ])('does not mistake %s for equal', (_, before, after) => {
    const previous = adopt(before)
    const fresh = structuredClone(after)
    expect(adopt(fresh, previous)).toBe(fresh)
  })

  it('copies a frozen part only where something in it is replaced', () => {
    const previous = adopt({ a: { x: 1 }, b: { y: 1 } })
    const shared = Object.freeze({ x: 1 })
    const fresh = Object.freeze({ a: shared, b: Object.freeze({ y: 2 }) })
    const next = adopt(fresh, previous)
    expect(next.a).toBe(previous.a)
    expect(next.b).toBe(fresh.b)
    expect(fresh.a).toBe(shared)
  })

  it('takes an object that stands at two places', () => {
    const anchor = { max: 10, inside: { deep: true } }
    const previous = adopt({ a: { max: 10, inside: { deep: true } }, b: { max: 1, inside: { deep: false } } })
    const next = adopt({ a: anchor, b: anchor }, previous)
    expect(next.a).toBe(previous.a)
    expect(next.b).toEqual({ max: 10, inside: { deep: true } })
  })

  it('keeps own keys that are called like inherited ones, and changes nothing that others inherit', () => {
    const fresh: Json = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    const previous = adopt(
      JSON.parse('{"__proto__":{"polluted":2},"constructor":{"prototype":{"polluted":1}}}') as Json,
    )
    const next = adopt(fresh, previous)
    expect(JSON.stringify(next)).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    expect('polluted' in {}).toBe(false)
  })

  it('walks trees a thousand levels deep', () => {
    const previous = adopt(nested(1_000, 1))
    expect(adopt(nested(1_000, 1), previous)).toBe(previous)
    expect(adopt(nested(1_000, 2), previous)).toEqual(nested(1_000, 2))
  })
})

describe('frozenCopy', () => {
  it('copies what its owner may still change, and nothing else', () => {
    const frozen = Object.freeze({ x: 1 })
    const value = { a: frozen, b: [{ y: 1 }] }
    const copy = frozenCopy(value)
    expect(copy).toEqual(value)
    expect(copy.a).toBe(frozen)
    expect(Object.isFrozen(copy.b[0])).toBe(true)
    expect(Object.isFrozen(value) || Object.isFrozen(value.b) || Object.isFrozen(value.b[0])).toBe(false)
  })

  it('does not trust an object that is frozen itself and not inside', () => {
    const value = Object.freeze({ a: { x: 1 }, list: Object.freeze([{ y: 1 }]) })
    const copy = frozenCopy(value)
    expect(copy).not.toBe(value)
    expect(Object.isFrozen(copy.a) && Object.isFrozen(copy.list[0])).toBe(true)
    expect(Object.isFrozen(value.a)).toBe(false)
  })
})
