import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { lenient, outputOf, problemsOf } from '../../../../../test/support/validate.ts'
import type { Segments } from '../../model/path.ts'
import { sourceName } from '../../model/source-name.ts'
import { defineConfig } from '../define-config.ts'
import { secret } from '../marks.ts'

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
