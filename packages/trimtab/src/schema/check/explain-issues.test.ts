import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { problemsOf } from '../../../../../test/support/validate.ts'
import type { Segments } from '../../model/path.ts'
import { sourceName } from '../../model/source-name.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { secret } from '../marks.ts'
import { duration } from '../units.ts'

describe('problems', () => {
  it('come all at once, each with path, code and what was expected', () => {
    const schema = z.object({
      port: z.number().int().min(1).max(65_535),
      host: z.string().min(1),
      level: z.enum(['debug', 'info']),
      idle: duration(),
      tags: z.array(z.string()),
      on: z.boolean(),
      missing: z.url(),
    })
    const tree = { port: 0, host: 5, level: 'loud', idle: 'soon', tags: 'a', on: 'yes', misssing: '' }
    expect(problemsOf(schema, tree)).toEqual([
      'unknown_key misssing: is not a known setting. Did you mean "missing"?',
      'not_allowed port: expected a whole number from 1 to 65535, received another number',
      'wrong_type host: expected a string of at least 1 character, received number. Write it in quotes.',
      'not_allowed level: expected one of "debug", "info", received another string',
      expect.stringMatching(/^not_allowed idle: expected a duration like .*, received another string$/),
      'wrong_type tags: expected a list, received string',
      'wrong_type on: expected true or false, received string. Write it without quotes.',
      'required missing: is required: expected a URL',
    ])
  })

  it('say where the value stands, or the object it is missing in', () => {
    const origin = (path: Segments) =>
      path.length === 1
        ? { source: sourceName('file', 'a.yaml'), location: { kind: 'file' as const, file: 'a.yaml', line: 3 } }
        : undefined
    const schema = z.object({ pool: z.object({ max: z.number() }) })
    expect(problemsOf(schema, { pool: {} }, { origin, strictAt: () => true })).toEqual([
      'required a.yaml:3:1: pool.max: is required: expected a number',
    ])
  })

  it.each<[string, z.ZodType, unknown, string]>([
    [
      'null for an object',
      z.object({}),
      null,
      'wrong_type a: expected an object, received null. Leave the key out, or write something under it.',
    ],
    ['a fraction', z.number().int(), 1.5, 'not_allowed a: expected a whole number, received another number'],
    ['a literal', z.literal('x'), 'y', 'not_allowed a: expected "x", received another string'],
    [
      'a literal of another type',
      z.literal(1),
      '1',
      'wrong_type a: expected 1, received string. Write it without quotes.',
    ],
    ['a number enum', z.enum({ A: 1, B: 2 }), 3, 'not_allowed a: expected one of 1, 2, received another number'],
    [
      'a multiple',
      z.number().multipleOf(5).gt(0).lt(9),
      3,
      'not_allowed a: expected a number above 0 and below 9, a multiple of 5, received another number',
    ],
    [
      'a pattern',
      z.string().regex(/^x+$/),
      'y',
      'not_allowed a: expected a string that matches /^x+$/, received another string',
    ],
    [
      'a prefix',
      z.string().startsWith('sk').endsWith('x').includes('y'),
      '',
      'not_allowed a: expected a string that starts with "sk" and that ends with "x" and that contains "y", received another string',
    ],
    [
      'a length',
      z.string().length(3),
      'xx',
      'not_allowed a: expected a string of 3 characters, received another string',
    ],
    [
      'lengths',
      z.string().min(2).max(3),
      'xxxx',
      'not_allowed a: expected a string of 2 to 3 characters, received another string',
    ],
    ['an e-mail address', z.email(), 'x', 'not_allowed a: expected an e-mail address, received another string'],
    [
      'a date and time',
      z.iso.datetime(),
      'x',
      'not_allowed a: expected a date and time like "2026-01-31T12:00:00Z", received another string',
    ],
    [
      'a template',
      z.templateLiteral(['v', z.number()]),
      'x',
      expect.stringMatching(/^not_allowed a: expected a string that matches \/\^v/) as never,
    ],
    [
      'too short a list',
      z.array(z.string()).min(2),
      ['x'],
      'not_allowed a: expected a list of at least 2 items, received another array',
    ],
    [
      'a tuple',
      z.tuple([z.string(), z.number()]),
      ['x'],
      'not_allowed a: expected a list of 2 items, received another array',
    ],
    [
      'an element',
      z.tuple([z.string(), z.number()]),
      ['x', '1'],
      'wrong_type a[1]: expected a number, received string. Write it without quotes.',
    ],
    ['a nullable', z.number().nullable(), true, 'wrong_type a: expected a number or null, received boolean'],
    [
      'a plain union',
      z.union([z.string(), z.number()]),
      true,
      'wrong_type a: expected a string or a number, received boolean',
    ],
    [
      'a text for a boolean codec',
      z.stringbool({ truthy: ['yes'], falsy: ['no'] }),
      'maybe',
      'not_allowed a: expected one of "yes", "no", received another string',
    ],
    ['a coerced number', z.coerce.number(), 'x', 'wrong_type a: expected a number, received string'],
    [
      'a record key',
      z.record(z.string().regex(/^[a-z]+$/), z.number()),
      { A: 1 },
      'key_invalid a.A: is not an allowed key: expected a string that matches /^[a-z]+$/',
    ],
    [
      'a missing known key',
      z.record(z.enum(['x', 'y']), z.number()),
      { x: 1 },
      'required a.y: is required: expected a number',
    ],
    [
      'a missing discriminator',
      z.discriminatedUnion('t', [z.object({ t: z.literal('a') }), z.object({ t: z.literal('b') })]),
      {},
      'required a.t: is required: expected "a" or "b"',
    ],
    [
      'a wrong discriminator',
      z.discriminatedUnion('t', [z.object({ t: z.literal('a') }), z.object({ t: z.literal('b') })]),
      { t: 'c' },
      'not_allowed a.t: expected "a" or "b", received another string',
    ],
    [
      'a literal of a plain union',
      z.union([z.object({ t: z.literal('a') }), z.object({ t: z.literal('b') })]),
      { t: 'c' },
      'not_allowed a.t: expected "a" or "b", received another string',
    ],
    [
      'the option of a union that was meant',
      z.union([z.string(), z.object({ x: z.number(), y: z.number() })]),
      { x: 1, y: '2' },
      'wrong_type a.y: expected a number, received string. Write it without quotes.',
    ],
    [
      'two options of an exclusive union',
      z.xor([z.object({ x: z.number() }), z.object({ x: z.number() })]),
      { x: 1 },
      'not_allowed a: fits more than one of the allowed forms',
    ],
    ['never', z.never().optional(), 1, 'wrong_type a: expected nothing, received number'],
  ])('name %s', (_, field, value, problem) => {
    expect(problemsOf(z.object({ a: field }), { a: value })).toEqual([problem])
  })

  it('carry the words of the author', () => {
    const schema = z.object({
      a: z.string().min(3, 'needs three letters'),
      b: z.string({ error: 'needs text' }),
      c: z.string().refine((text) => text === 'x', { error: 'must be x' }),
      d: z.object({ low: z.number(), high: z.number() }).superRefine(({ low, high }, context) => {
        if (low > high) context.addIssue({ code: 'custom', path: ['low'], message: 'is above high' })
      }),
      e: z.object({ x: z.number() }).refine(() => false),
      f: z.string().refine(() => false),
    })
    const tree = { a: 'x', b: 1, c: 'y', d: { low: 2, high: 1 }, e: { x: 1 }, f: 'x' }
    expect(problemsOf(schema, tree)).toEqual([
      'not_allowed a: needs three letters',
      'wrong_type b: needs text',
      'not_allowed c: must be x',
      'not_allowed d.low: is above high',
      'not_allowed e: is refused by a rule of the schema',
      'not_allowed f: expected a string, received another string',
    ])
  })

  it('are found by refinements of the whole', () => {
    const schema = z
      .object({ a: z.number().default(1), b: z.number().default(2) })
      .refine(({ a, b }) => a < b, 'a must be below b')
    expect(problemsOf(schema, { a: 3 })).toEqual(['not_allowed a must be below b'])
    expect(problemsOf(schema, {})).toEqual([])
  })

  it('name code of the author that throws, without what it says', () => {
    const schema = z.object({
      a: z.string().transform((text) => JSON.parse(text) as unknown),
      b: z.string().refine(() => {
        throw new RangeError('hunter2')
      }),
      c: z.string().overwrite(() => {
        throw 'hunter2'
      }),
      d: z.preprocess(() => {
        throw new Error('hunter2')
      }, z.string()),
    })
    expect(problemsOf(schema, { a: 'hunter2', b: 'x', c: 'y', d: 'z' })).toEqual([
      "not_allowed a: could not be checked: the schema's own code threw SyntaxError",
      "not_allowed b: could not be checked: the schema's own code threw RangeError",
      "not_allowed c: could not be checked: the schema's own code threw string",
      "not_allowed d: could not be checked: the schema's own code threw Error",
    ])
    const late = z.object({
      a: z.number().default(() => {
        throw new Error('hunter2')
      }),
    })
    expect(problemsOf(late, {})).toEqual(["not_allowed could not be checked: the schema's own code threw"])
  })

  it('name what a transform made that is not JSON', () => {
    const make = (value: unknown) => z.string().transform(() => value)
    class Point {
      readonly x = 1
    }
    const schema = z.object({
      a: make(new Date()),
      b: make(new Map()),
      c: make(() => 1),
      d: make(Number.NaN),
      e: make([undefined]),
      f: make({ deep: new Point() }),
      g: secret(make(new Set())),
      h: make({ fine: undefined, list: [1, 'a', null] }),
      i: make(10n),
      j: z.number().catch(Number.POSITIVE_INFINITY),
    })
    const tree = Object.fromEntries(Array.from('abcdefghij', (key) => [key, 'x']))
    expect(problemsOf(schema, tree).map((line) => line.split(',')[0])).toEqual([
      'not_json a: the schema makes a Date of it',
      'not_json b: the schema makes a Map of it',
      'not_json c: the schema makes a function of it',
      'not_json d: the schema makes NaN of it',
      'not_json e[0]: the schema makes undefined of it',
      'not_json f.deep: the schema makes a Point of it',
      'not_json g: the schema makes a Set of it',
      'not_json i: the schema makes a bigint of it',
      'not_json j: the schema makes Infinity of it',
    ])
  })

  it('name what no configuration may hold, whatever the schema says', () => {
    const schema = z.object({ any: z.unknown().optional(), r: z.record(z.string(), z.unknown()).optional() })
    const deep = JSON.parse('{"a":'.repeat(40) + '1' + '}'.repeat(40)) as JsonObject
    const own = JSON.parse('{"__proto__": {"x": 1}, "constructor": 1}') as JsonObject
    expect(problemsOf(schema, { any: deep }).map((line) => line.split(' ')[0])).toEqual(['too_deep'])
    expect(problemsOf(schema, { r: own }).map((line) => line.split(' ')[0])).toEqual(['prototype_key', 'prototype_key'])
    expect(problemsOf(schema, own).map((line) => line.split(' ')[0])).toEqual(['prototype_key', 'prototype_key'])
    expect(problemsOf(schema, { r: { 'a\nb': 1, ['x'.repeat(129)]: 1 } }).map((line) => line.split(' ')[0])).toEqual([
      'key_invalid',
      'key_invalid',
    ])
    const odd = { any: [new Date(), () => 1, Number.NaN, 1n] }
    expect(problemsOf(schema, odd).map((line) => line.split(' ')[0])).toEqual(Array(4).fill('not_json'))
  })

  it('are the same in two runs', () => {
    const schema = z.object({ a: z.union([z.string(), z.object({ b: z.number() })]), c: z.array(z.number()) })
    const tree = { a: { b: 'x', d: 1 }, c: ['x', {}], e: 1 }
    expect(problemsOf(schema, tree)).toEqual(problemsOf(schema, tree))
  })
})
