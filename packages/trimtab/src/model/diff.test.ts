import { describe, expect, it } from 'vitest'
import { applyChanges, diffAt, diffTrees, isSameValue, reverseChanges } from './diff.ts'
import { Secret } from './secrecy/secret.ts'
import { adopt } from './share.ts'

/** Two objects as a schema makes them: one constructor, and the plain prototype. */
function typed(values: Record<string, unknown>): object {
  function Section(this: Record<string, unknown>): void {
    Object.assign(this, values)
  }
  Section.prototype = Object.prototype
  return Reflect.construct(Section, []) as object
}

const recordOf = (entries: [string, unknown][]) =>
  Object.assign(Object.create(null) as object, Object.fromEntries(entries))

const texts = (previous: unknown, next: unknown): readonly string[] =>
  diffTrees(previous, next).map((change) => JSON.stringify(change))

describe('diffTrees', () => {
  it.each<[string, unknown, unknown, readonly object[]]>([
    ['a value', { a: 1 }, { a: 2 }, [{ kind: 'modified', path: 'a', previous: 1, next: 2 }]],
    ['another type', { a: 1 }, { a: '1' }, [{ kind: 'modified', path: 'a', previous: 1, next: '1' }]],
    ['a value that appears', {}, { a: 1 }, [{ kind: 'added', path: 'a', next: 1 }]],
    ['a value that vanishes', { a: 1 }, {}, [{ kind: 'removed', path: 'a', previous: 1 }]],
    ['null for nothing', {}, { a: null }, [{ kind: 'added', path: 'a', next: null }]],
    ['nothing for null', { a: null }, {}, [{ kind: 'removed', path: 'a', previous: null }]],
    ['null for a value', { a: 1 }, { a: null }, [{ kind: 'modified', path: 'a', previous: 1, next: null }]],
    ['an empty object for nothing', {}, { a: {} }, [{ kind: 'added', path: 'a', next: {} }]],
    ['an empty list for nothing', {}, { a: [] }, [{ kind: 'added', path: 'a', next: [] }]],
    [
      'an empty list for an empty object',
      { a: {} },
      { a: [] },
      [{ kind: 'modified', path: 'a', previous: {}, next: [] }],
    ],
    [
      'a number too big for a float',
      { a: 2 ** 53 },
      { a: 2 ** 53 + 2 },
      [{ kind: 'modified', path: 'a', previous: 2 ** 53, next: 2 ** 53 + 2 }],
    ],
    [
      'an element put into a list',
      { a: [1, 3] },
      { a: [1, 2, 3] },
      [{ kind: 'modified', path: 'a', previous: [1, 3], next: [1, 2, 3] }],
    ],
    [
      'elements that change places',
      { a: [{ b: 1 }, 2] },
      { a: [2, { b: 1 }] },
      [{ kind: 'modified', path: 'a', previous: [{ b: 1 }, 2], next: [2, { b: 1 }] }],
    ],
    ['an object as a whole', {}, { a: { b: { c: 1 } } }, [{ kind: 'added', path: 'a', next: { b: { c: 1 } } }]],
    [
      'an object that gives way',
      { a: { b: 1 } },
      { a: 1 },
      [{ kind: 'modified', path: 'a', previous: { b: 1 }, next: 1 }],
    ],
    [
      'something inside objects',
      { a: { b: { c: 1, d: 1 } } },
      { a: { b: { c: 1 } } },
      [{ kind: 'removed', path: 'a.b.d', previous: 1 }],
    ],
    [
      'a key that no name fits',
      { '/v1/*': { x: 1 } },
      { '/v1/*': { x: 2 } },
      [{ kind: 'modified', path: '["/v1/*"].x', previous: 1, next: 2 }],
    ],
    ['an inherited name', {}, { constructor: 1 }, [{ kind: 'added', path: 'constructor', next: 1 }]],
    ['the whole', { a: 1 }, null, [{ kind: 'modified', path: '', previous: { a: 1 }, next: null }]],
    ['a configuration for none', undefined, { a: 1 }, [{ kind: 'added', path: '', next: { a: 1 } }]],
    [
      'a key that is renamed',
      { a: 1 },
      { b: 1 },
      [
        { kind: 'removed', path: 'a', previous: 1 },
        { kind: 'added', path: 'b', next: 1 },
      ],
    ],
  ])('finds %s', (_, previous, next, expected) => {
    expect(diffTrees(previous, next)).toStrictEqual(expected)
  })

  it.each<[string, unknown, unknown]>([
    ['keys in another order', { a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }],
    ['keys in another order in a list', { a: [{ b: 1, c: 2 }] }, { a: [{ c: 2, b: 1 }] }],
    ['a property that is undefined', { a: 1 }, { a: 1, b: undefined }],
    ['a property that is undefined in a list', [{ a: 1, b: undefined }], [{ a: 1 }]],
    ['an object without a prototype', { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    ['an object of a constructor', { a: 1 }, typed({ a: 1 })],
    ['zero and minus zero', { a: 0 }, { a: -0 }],
    ['what is no number twice', { a: Number.NaN }, { a: Number.NaN }],
    ['a secret with the same content', { a: new Secret('x') }, { a: new Secret('x') }],
    ['something else with the same content', { a: new Date(0) }, { a: new Date(0) }],
  ])('finds nothing in %s', (_, previous, next) => {
    expect(diffTrees(previous, next)).toEqual([])
    expect(isSameValue(previous, next)).toBe(true)
  })

  it('compares secrets by their content and keeps them secret', () => {
    const changes = diffTrees({ url: new Secret('a') }, { url: new Secret('b') })
    expect(changes).toHaveLength(1)
    expect(changes[0]?.kind === 'modified' && changes[0].next).toBeInstanceOf(Secret)
    expect(diffTrees({ url: new Secret('a') }, { url: 'a' })).toHaveLength(1)
    expect(diffTrees({ list: [new Secret('a')] }, { list: [new Secret('a')] })).toEqual([])
    expect(diffTrees({ at: new Date(0) }, { at: new Date(1) })).toHaveLength(1)
  })

  it('sorts by place, key by key, and gives equal bytes every time', () => {
    const previous = { b: { y: 1, x: 1 }, a: 1, ab: 1, B: 1 }
    const next = { ab: 2, B: 2, b: { x: 2, y: 2 }, a: 2 }
    const expected = ['B', 'a', 'ab', 'b.x', 'b.y']
    expect(diffTrees(previous, next).map((change) => change.path)).toEqual(expected)
    expect(diffTrees(adopt(previous), adopt({ B: 2, a: 2, ab: 2, b: { y: 2, x: 2 } })).map(({ path }) => path)).toEqual(
      expected,
    )
    expect(texts(previous, next)).toEqual(texts({ ...previous }, { ...next }))
  })

  it('does not look into what both share', () => {
    const fail = (): never => expect.unreachable('a shared section was looked into')
    const shared = new Proxy({}, { get: fail, ownKeys: fail, has: fail, getOwnPropertyDescriptor: fail })
    expect(diffTrees({ shared, a: 1 }, { a: 2, shared })).toHaveLength(1)
    expect(diffTrees(shared, shared)).toEqual([])
  })

  it.each([
    ['the same order', (entries: [string, unknown][]) => entries],
    ['another order', (entries: [string, unknown][]) => entries.toReversed()],
  ])('sorts places key by key, whatever the order of keys: %s', (_name, order) => {
    const tree = (value: number) => ({ b: value, 'a-b': value, a: { z: value, y: [value] }, '/': { x: value } })
    for (const make of [(entries: [string, unknown][]) => Object.fromEntries(entries), recordOf]) {
      const previous = make(Object.entries(tree(1)))
      const next = make(order(Object.entries(tree(2))))
      expect(diffTrees(previous, next).map(({ path }) => path)).toEqual(['["/"].x', 'a.y', 'a.z', 'a-b', 'b'])
    }
  })

  it('finds what is different in objects of many keys', () => {
    const wide = (value: number) =>
      Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index === 500 ? value : index]))
    expect(diffTrees(wide(1), wide(2))).toEqual([{ kind: 'modified', path: 'k500', previous: 1, next: 2 }])
  })
})

describe('diffAt', () => {
  it('gives paths from the root', () => {
    expect(diffAt(['pool'], { max: 1 }, { max: 2 }).map((change) => change.path)).toEqual(['pool.max'])
    expect(diffAt(['pool'], undefined, { max: 2 })).toEqual([{ kind: 'added', path: 'pool', next: { max: 2 } }])
    expect(diffAt(['pool', 'max'], 1, undefined)).toEqual([{ kind: 'removed', path: 'pool.max', previous: 1 }])
    expect(diffAt(['pool'], undefined, undefined)).toEqual([])
  })
})

describe('applyChanges', () => {
  it('makes the one configuration of the other and shares what did not change', () => {
    const previous = adopt({ pool: { max: 10, idle: 5 }, http: { port: 80 } })
    const next = adopt({ pool: { max: 20, url: 'x' }, http: { port: 80 }, extra: {} })
    const applied = applyChanges(previous, diffTrees(previous, next))
    expect(applied).toEqual(next)
    expect(applied).toHaveProperty('http', previous.http)
    expect(previous.pool).toEqual({ max: 10, idle: 5 })
  })

  it('keeps the prototypes of what it copies', () => {
    const bare = Object.assign(Object.create(null), { a: 1, b: 1 })
    expect(Object.getPrototypeOf(applyChanges(bare, diffTrees({ a: 1 }, { a: 2 })))).toBe(null)
    expect(Object.getPrototypeOf(applyChanges({ a: 1 }, diffTrees({ a: 1 }, { a: 2 })))).toBe(Object.prototype)
  })

  it('copies an object once, however many of its keys change', () => {
    const wide = (offset: number) =>
      Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index + offset]))
    const changes = diffTrees(wide(0), wide(1))
    expect(changes).toHaveLength(5_000)
    expect(applyChanges(wide(0), changes)).toEqual(wide(1))
  })
})

describe('reverseChanges', () => {
  it('turns added into removed and previous into next', () => {
    const a = { x: 1, gone: { y: 1 }, kept: 1 }
    const b = { x: 2, kept: 1, come: null }
    const reversed = reverseChanges(diffTrees(a, b))
    expect(reversed).toEqual(diffTrees(b, a))
    expect(applyChanges(b, reversed)).toEqual(a)
  })
})
