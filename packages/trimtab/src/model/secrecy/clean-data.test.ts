import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { cleanData, dataLimits } from './clean-data.ts'
import { createScrubber } from './scrub.ts'
import { Secret } from './secret.ts'

const plain = (text: string) => text
const scrub = createScrubber(['hunter2', '4711'])

test('JSON comes back as it was, frozen, in a copy, without what has no value', () => {
  const given = { a: [1, 'x', null, { b: true }], c: undefined, d: {} }
  const copy = cleanData(given, plain)
  expect(copy).toEqual({ a: [1, 'x', null, { b: true }], d: {} })
  expect(JSON.stringify(copy)).toBe('{"a":[1,"x",null,{"b":true}],"d":{}}')
  given.a.push(2)
  expect(copy).toMatchObject({ a: { length: 4 } })
  expect(() => Object.assign(copy as object, { e: 1 })).toThrow(TypeError)
})

test('secrets go, from texts, keys and numbers', () => {
  const given = { text: 'it is hunter2', hunter2: 1, pin: 4711, secret: new Secret('x'), list: ['hunter2'] }
  expect(cleanData(given, scrub)).toEqual({
    text: 'it is [secret]',
    '[secret]': 1,
    pin: '[secret]',
    secret: '[secret]',
    list: ['[secret]'],
  })
})

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

it.each([
  [undefined, '[nothing]'],
  [() => {}, '[function]'],
  [Symbol('x'), '[symbol]'],
  [1n, '[bigint]'],
  [Number.NaN, '[NaN]'],
  [
    [undefined, Number.POSITIVE_INFINITY],
    ['[nothing]', '[Infinity]'],
  ],
  [new Date(0), {}],
  [new Map([['a', 1]]), {}],
  [JSON.parse('{"__proto__": {"x": 1}}'), JSON.parse('{"__proto__": {"x": 1}}')],
])('%o becomes plain data', (given, expected) => {
  expect(cleanData(given, plain)).toEqual(expected)
})

test('what throws when it is looked into is said to', () => {
  const fail = () => expect.fail()
  const said = '[object that cannot be read]'
  expect(cleanData(Object.defineProperty({}, 'x', { enumerable: true, get: fail }), plain)).toBe(said)
  expect(cleanData(new Proxy({}, { ownKeys: fail, has: fail, get: fail }), plain)).toBe(said)
})

test('what is too long, too wide, too deep or without end is cut', () => {
  const long = cleanData(`${'x'.repeat(dataLimits.characters - 3)}hunter2`, scrub)
  expect(long).toBe(`${'x'.repeat(dataLimits.characters - 3)}[se…`)
  const wide = cleanData(
    Array.from({ length: 1_000_000 }, () => 1),
    plain,
  ) as readonly unknown[]
  expect([wide.length, wide.at(-1)]).toEqual([dataLimits.values, '…'])
  expect(JSON.stringify(cleanData(cyclic, plain)).match(/self/g)).toHaveLength(dataLimits.levels)
})

test('any JSON comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(JSON.stringify(cleanData(value, plain))).toBe(JSON.stringify(value))
    }),
  )
})
