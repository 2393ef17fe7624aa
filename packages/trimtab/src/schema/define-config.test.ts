import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { outputOf, problemsOf, strict } from '../../../../test/support/validate.ts'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { defineConfig } from './define-config.ts'
import { dynamic, secret } from './marks.ts'
import { bytes, duration } from './units.ts'

const invalidOption = expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid'))

describe('defineConfig', () => {
  it('refuses everything that is no zod object', () => {
    for (const schema of [z.string(), {}, null, undefined, z.array(z.string())]) {
      expect(() => defineConfig(schema as never)).toThrow(invalidOption)
    }
  })

  it.each<[string, z.ZodType, string]>([
    ['a date', z.date(), 'z.iso.datetime()'],
    ['a coerced date', z.coerce.date(), 'z.iso.datetime()'],
    ['a map', z.map(z.string(), z.string()), 'z.record()'],
    ['a set', z.set(z.string()), 'z.array()'],
    ['a bigint', z.bigint(), 'z.number().int()'],
    ['a symbol', z.symbol(), 'z.string()'],
    ['a function', z.function(), 'a name'],
    ['an instance', z.instanceof(URL), '.refine()'],
    ['a custom type', z.custom<string>(), '.refine()'],
    ['undefined', z.undefined(), '.optional()'],
    ['void', z.void(), '.optional()'],
    ['NaN', z.nan(), 'z.number()'],
    ['a promise', z.promise(z.string()), 'resolves'],
    ['a file', z.file(), 'path'],
    ['a literal undefined', z.literal([undefined, 'a']), '.optional()'],
    ['a literal bigint', z.literal(1n), 'number'],
    [
      'the date of a codec',
      z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: String }),
      'z.iso',
    ],
    ['the date of a preprocessing', z.preprocess((value) => value, z.date()), 'z.iso'],
    ['what a lazy schema gives', z.lazy(() => z.date()), 'z.iso'],
  ])('refuses %s, and says what to use', (_, field, instead) => {
    const define = () => defineConfig(z.object({ a: z.record(z.string(), z.array(field)) }))
    expect(define).toThrow(invalidOption)
    expect(define).toThrow('a[*][*]')
    expect(define).toThrow(instead)
  })

  it.each(['1a', 'a.b', 'a b', '', 'ä', '__proto__', 'constructor', 'prototype', 'toString', 'a'.repeat(129)])(
    'refuses a field called %j',
    (name) => {
      const shape = Object.fromEntries([[name, z.string()]])
      expect(() => defineConfig(z.object({ section: z.object(shape) }))).toThrow(invalidOption)
    },
  )

  it('refuses symbols as keys, and records whose keys change', () => {
    expect(() => defineConfig(z.object({ [Symbol('s')]: z.string() }))).toThrow(invalidOption)
    expect(() => defineConfig(z.object({ r: z.record(z.string().toLowerCase(), z.string()) }))).toThrow(invalidOption)
    const piped = z.string().transform((key) => `x${key}`)
    expect(() => defineConfig(z.object({ r: z.record(piped as never, z.string()) }))).toThrow(invalidOption)
  })

  it('refuses a secret as one side of an intersection, which could not be put together', () => {
    const field = z.object({ a: z.string() }).and(z.union([secret(z.object({ b: z.string() })), z.object({})]))
    expect(() => defineConfig(z.object({ field }))).toThrow('Mark the fields inside it')
  })

  it('refuses a schema that never ends, and not one that contains itself', () => {
    const endless = (): z.ZodType => z.lazy(() => z.object({ a: endless().optional(), b: endless().optional() }))
    expect(() => defineConfig(z.object({ a: endless() }))).toThrow('never ends')
    interface Node {
      readonly children?: readonly Node[] | undefined
    }
    const node: z.ZodType<Node> = z.object({ children: z.lazy(() => z.array(node)).optional() })
    expect(outputOf(z.object({ node }), { node: { children: [{ children: [] }, {}] } })).toEqual({
      node: { children: [{ children: [] }, {}] },
    })
  })

  it('leaves the schema it is given as it was', () => {
    const schema = z.object({ a: z.object({ b: z.string().default('x') }) })
    defineConfig(schema)
    expect(schema.safeParse({}).success).toBe(false)
    expect(schema.safeParse({ a: { unknown: 1 } }).success).toBe(true)
  })
})

describe('an absent object', () => {
  it('is read as {}, so that the defaults inside it apply', () => {
    const schema = z.object({ a: z.object({ b: z.object({ c: z.number().default(1) }), d: duration().default('1s') }) })
    expect(outputOf(schema, {})).toEqual({ a: { b: { c: 1 }, d: 1000 } })
  })

  it('is not what is reported, the fields that it needs are', () => {
    const schema = z.object({
      a: z.object({ b: z.object({ c: z.number(), d: z.string().default('') }), e: z.string() }),
    })
    expect(problemsOf(schema, {})).toEqual([
      'required a.b.c: is required: expected a number',
      'required a.e: is required: expected a string',
    ])
  })

  it.each<[string, z.ZodType]>([
    ['marked', dynamic(z.object({ b: z.number().default(1) }))],
    ['nullable', z.object({ b: z.number().default(1) }).nullable()],
    ['readonly', z.object({ b: z.number().default(1) }).readonly()],
    ['refined', z.object({ b: z.number().default(1) }).refine(() => true)],
    ['transformed', z.object({ b: z.number().default(1) }).transform((value) => value)],
    ['lazy', z.lazy(() => z.object({ b: z.number().default(1) }))],
    ['an intersection', z.object({ b: z.number().default(1) }).and(z.object({ c: z.string().optional() }))],
    ['a strict object', z.strictObject({ b: z.number().default(1) })],
  ])('is read as {} when it is %s', (_, field) => {
    expect(outputOf(z.object({ a: field }), {})).toEqual({ a: { b: 1 } })
  })

  it('is read as {} under a record of known keys', () => {
    const schema = z.object({ a: z.record(z.enum(['x', 'y']), z.object({ b: z.number().default(1) })) })
    expect(outputOf(schema, { a: { x: { b: 2 } } })).toEqual({ a: { x: { b: 2 }, y: { b: 1 } } })
  })

  it('stays absent where it is optional, and has its own default where it has one', () => {
    const inner = z.object({ b: z.number().default(1) })
    expect(outputOf(z.object({ a: inner.optional() }), {})).toEqual({})
    expect(outputOf(z.object({ a: inner.exactOptional() }), {})).toEqual({})
    expect(outputOf(z.object({ a: inner.default({ b: 7 }) }), {})).toEqual({ a: { b: 7 } })
    expect(outputOf(z.object({ a: inner.default({ b: 7 }) }), { a: {} })).toEqual({ a: { b: 1 } })
    expect(outputOf(z.object({ a: inner.prefault({}) }), {})).toEqual({ a: { b: 1 } })
  })

  it('is required where it is no object alone', () => {
    expect(problemsOf(z.object({ a: z.union([z.object({}), z.string()]) }), {})).toEqual([
      'required a: is required: expected an object or a string',
    ])
    expect(problemsOf(z.object({ a: z.record(z.string(), z.string()) }), {})).toEqual([
      'required a: is required: expected an object',
    ])
  })

  it('is required inside itself, where reading it as {} would never end', () => {
    const node: z.ZodType = z.object({ next: z.lazy(() => node) })
    expect(problemsOf(z.object({ node }), {})).toEqual(['required node.next: is required: expected an object'])
  })
})

describe('asynchronous schemas', () => {
  it('are refused when they are defined, where that can be seen', () => {
    const refined = z.object({ a: z.object({ b: z.string().refine(async () => true) }) })
    expect(() => defineConfig(refined)).toThrow(/at a\.b has an async refinement/)
    expect(() => defineConfig(z.object({ a: z.string().transform(async (text) => text) }))).toThrow(invalidOption)
    expect(() => defineConfig(z.object({ a: z.preprocess(async (text) => text, z.unknown()) }))).toThrow(invalidOption)
  })

  it('are refused when they turn out to be, and their failures harm nobody', () => {
    const rejects = z.object({ a: z.string().superRefine(async () => Promise.reject(new Error('late'))) })
    expect(() => defineConfig(rejects).validate({ a: 'x' }, strict)).toThrow(/at a has an async refinement/)
    const hidden = z.object({ a: z.string().refine(() => Promise.resolve(true)) })
    expect(() => defineConfig(hidden).validate({ a: 'x' }, strict)).toThrow(invalidOption)
    const codec = z.codec(z.string(), z.string(), { decode: (text) => Promise.resolve(text), encode: (text) => text })
    expect(() => defineConfig(z.object({ a: codec })).validate({ a: 'x' }, strict)).toThrow(invalidOption)
  })
})

describe('every kind of schema', () => {
  it.each<[string, z.ZodType, unknown, unknown]>([
    ['coerced numbers', z.coerce.number(), '5', 5],
    ['coerced booleans', z.coerce.boolean(), 1, true],
    ['coerced strings', z.coerce.string(), 5, '5'],
    ['text booleans', z.stringbool(), 'YES', true],
    ['codecs', z.codec(z.string(), z.number(), { decode: Number, encode: String }), '7', 7],
    ['preprocessing', z.preprocess((value) => (value === 'none' ? [] : value), z.array(z.string())), 'none', []],
    ['pipes', z.string().pipe(z.coerce.number()), '8', 8],
    ['any JSON', z.json(), { a: [1, { b: null }] }, { a: [1, { b: null }] }],
    ['nullish values', z.string().nullish(), null, null],
    ['branded values', z.string().brand('Id'), 'x', 'x'],
    ['URLs', z.url(), 'https://example.com', 'https://example.com'],
    ['templates', z.templateLiteral([z.number(), 'px']), '5px', '5px'],
    ['dates', z.iso.date(), '2026-01-31', '2026-01-31'],
    ['tuples with a rest', z.tuple([z.string()], z.number()), ['a', 1, 2], ['a', 1, 2]],
    ['partial records', z.partialRecord(z.enum(['a', 'b']), z.number()), { a: 1 }, { a: 1 }],
    ['records by number', z.record(z.number(), z.string()), { 1: 'x' }, { 1: 'x' }],
    ['catches', z.number().catch(3), 'x', 3],
    ['readonly lists', z.array(z.string()).readonly(), ['x'], ['x']],
    [
      'intersections',
      z.object({ a: z.string() }).and(z.object({ b: z.number().default(1) })),
      { a: 'x' },
      { a: 'x', b: 1 },
    ],
    [
      'intersections with a union',
      z
        .object({ a: z.string() })
        .and(z.discriminatedUnion('t', [z.object({ t: z.literal(1) }), z.object({ t: z.literal(2), x: z.string() })])),
      { a: 'x', t: 2, x: 'y' },
      { a: 'x', t: 2, x: 'y' },
    ],
    [
      'intersections of nested objects',
      z.object({ n: z.object({ a: z.string() }) }).and(z.object({ n: z.object({ b: z.string() }) })),
      { n: { a: '1', b: '2' } },
      { n: { a: '1', b: '2' } },
    ],
    ['sizes', bytes(), '1KiB', 1024],
    ['unknown values', z.unknown(), { x: [1] }, { x: [1] }],
  ])('works: %s', (_, field, value, expected) => {
    expect(outputOf(z.object({ a: field }), { a: value })).toEqual({ a: expected })
  })

  it('keeps a default that is computed computed', () => {
    let calls = 0
    const schema = z.object({ a: z.number().default(() => (calls += 1)) })
    const config = defineConfig(schema)
    const before = calls
    config.validate({}, strict)
    config.validate({}, strict)
    expect(calls).toBe(before + 2)
  })
})
