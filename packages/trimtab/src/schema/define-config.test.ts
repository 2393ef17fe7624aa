import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import type { Segments } from '../model/path.ts'
import { sourceName } from '../model/source-name.ts'
import type { JsonObject } from '../primitives/json.ts'
import { defineConfig } from './define-config.ts'
import { dynamic, secret } from './marks.ts'
import { printProblem } from './problem.ts'
import { bytes, duration } from './units.ts'

const strict = { origin: () => undefined, strictAt: () => true }
const lenient = { origin: () => undefined, strictAt: () => false }

function problemsOf(schema: z.ZodObject, tree: unknown, context = strict): string[] {
  // Trees of the tests are JSON, but for those that try what happens when they are not.
  const result = defineConfig(schema).validate(tree as JsonObject, context)
  return result.ok ? [] : result.problems.map((problem) => `${problem.code} ${printProblem(problem)}`)
}

function outputOf(schema: z.ZodObject, tree: unknown, context = strict): unknown {
  const result = defineConfig(schema).validate(tree as JsonObject, context)
  if (!result.ok) throw new Error(result.problems.map(printProblem).join('\n'))
  return result.output
}

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

describe('unknown keys', () => {
  const inner = z.object({ host: z.string().default('h') })
  it.each<[string, z.ZodType, unknown, string]>([
    ['an object', inner, { hots: 1 }, 'a.hots'],
    ['an optional object', inner.optional(), { hots: 1 }, 'a.hots'],
    ['a list', z.array(inner), [{ hots: 1 }], 'a[0].hots'],
    ['a tuple', z.tuple([z.string(), inner]), ['x', { hots: 1 }], 'a[1].hots'],
    ['a record', z.record(z.string(), inner), { 'k.1': { hots: 1 } }, 'a["k.1"].hots'],
    ['a union', z.union([z.string(), inner]), { hots: 1 }, 'a.hots'],
    ['an ambiguous union', z.union([z.object({ x: z.number() }), inner]), { host: 'x', hots: 1 }, 'a.hots'],
    [
      'a discriminated union',
      z.discriminatedUnion('t', [inner.extend({ t: z.literal('a') }), z.object({ t: z.literal('b') })]),
      { t: 'a', hots: 1 },
      'a.hots',
    ],
    ['an intersection', inner.and(z.object({ port: z.number().optional() })), { hots: 1 }, 'a.hots'],
    [
      'objects on both sides of an intersection',
      z.object({ b: inner }).and(z.object({ b: z.object({ port: z.number().optional() }) })),
      { b: { hots: 1 } },
      'a.b.hots',
    ],
    ['a catch', inner.catch({ host: 'c' }), { hots: 1 }, 'a.hots'],
    ['a lazy schema', z.lazy(() => inner), { hots: 1 }, 'a.hots'],
    ['a transform', inner.transform((value) => value.host), { hots: 1 }, 'a.hots'],
    ['a secret', secret(inner), { hots: 1 }, 'a.hots'],
    ['a strict object', inner.strict(), { hots: 1 }, 'a.hots'],
    ['a record of known keys', z.record(z.enum(['host']), z.string().optional()), { hots: 'x' }, 'a.hots'],
    ['a partial record', z.partialRecord(z.enum(['host']), z.string()), { hots: 'x' }, 'a.hots'],
  ])('are found in %s, with what was probably meant', (_, field, value, path) => {
    const schema = z.object({ a: field })
    expect(problemsOf(schema, { a: value })).toEqual([
      `unknown_key ${path}: is not a known setting. Did you mean "host"?`,
    ])
    const result = defineConfig(schema).validate({ a: value as never }, lenient)
    expect(result).toMatchObject({ ok: true, warnings: [{ code: 'unknown_key', severity: 'warning', path }] })
    expect(JSON.stringify(result)).not.toContain('hots":')
  })

  it('are found behind a preprocessing, whose names are not known', () => {
    const schema = z.object({ a: z.preprocess((value) => value, inner) })
    expect(problemsOf(schema, { a: { hots: 1 } })).toEqual(['unknown_key a.hots: is not a known setting'])
    expect(outputOf(schema, { a: { hots: 1 } }, lenient)).toEqual({ a: { host: 'h' } })
    const adds = z.object({ a: z.preprocess(() => ({ hots: 1 }), inner) })
    expect(problemsOf(adds, { a: 1 }, lenient)).toEqual([
      'unknown_key a.hots: is no known setting, but the schema itself makes it',
    ])
  })

  it('are taken out of the input where they are only warned of, and nothing else is copied', () => {
    const config = defineConfig(z.object({ a: inner, b: z.object({ c: z.array(z.number()) }) }))
    const tree = { a: { host: 'x', extra: 1 }, b: { c: [1] } }
    const result = config.validate(tree, lenient)
    if (!result.ok) throw new Error('invalid')
    expect(result.input).toEqual({ a: { host: 'x' }, b: { c: [1] } })
    expect(result.input['b']).toBe(tree.b)
    expect(tree.a).toEqual({ host: 'x', extra: 1 })
    expect(Object.isFrozen(result.input)).toBe(true)
    const clean = { a: {}, b: { c: [] } }
    expect(config.validate(clean, lenient)).toMatchObject({
      ok: true,
      input: expect.toSatisfy((input) => input === clean),
    })
  })

  it('are judged by who wrote them', () => {
    const asked: Segments[] = []
    const context = {
      origin: () => ({ source: sourceName('file', 'config.yaml') }),
      strictAt: (path: Segments) => {
        asked.push(path)
        return path[0] === 'x'
      },
    }
    const result = defineConfig(z.object({ a: inner })).validate({ x: 1, a: { y: 2 } }, context)
    expect(asked).toEqual([['x'], ['a', 'y']])
    expect(result).toMatchObject({
      ok: false,
      problems: [
        { path: 'x', severity: 'error', origin: { source: 'file:config.yaml' } },
        { path: 'a.y', severity: 'warning' },
      ],
    })
  })

  it('are kept where the author opened the object', () => {
    expect(outputOf(z.object({ a: z.looseObject({ b: z.string() }) }), { a: { b: 'x', c: 1 } })).toEqual({
      a: { b: 'x', c: 1 },
    })
    const typed = z.object({ a: z.object({}).catchall(z.number()) })
    expect(outputOf(typed, { a: { any: 1 } })).toEqual({ a: { any: 1 } })
    expect(problemsOf(typed, { a: { any: 'x' } })).toEqual(['wrong_type a.any: expected a number, received string'])
    expect(outputOf(z.looseObject({}), { a: 1 })).toEqual({ a: 1 })
    const loose = z.object({ a: z.looseRecord(z.string().regex(/^x/), z.number()) })
    expect(outputOf(loose, { a: { x: 1, y: 'z' } })).toEqual({ a: { x: 1, y: 'z' } })
  })

  it('choose the option of a union that knows them', () => {
    const field = z.union([z.object({ a: z.string().optional() }), z.object({ b: z.number() })])
    expect(outputOf(z.object({ field }), { field: { b: 1 } })).toEqual({ field: { b: 1 } })
  })

  it('show the known ones where nothing is near', () => {
    expect(problemsOf(z.object({ host: z.string().default(''), port: z.number().default(1) }), { banana: 1 })).toEqual([
      'unknown_key banana: is not a known setting. Known here: host, port.',
    ])
    expect(problemsOf(z.object({}), { banana: 1 })).toEqual([
      'unknown_key banana: is not a known setting. Nothing is known here: remove it.',
    ])
  })
})

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
    expect(problemsOf(schema, { pool: {} }, { origin, strictAt: () => true } as never)).toEqual([
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
