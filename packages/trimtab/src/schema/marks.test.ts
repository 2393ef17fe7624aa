import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isSecret } from '../model/secrecy/secret.ts'
import { defineConfig } from './define-config.ts'
import { dynamic, ownMarks, perTenant, secret } from './marks.ts'
import { marksAt } from './shape.ts'

const lenient = { origin: () => undefined, strictAt: () => true }

function marksOf(field: z.ZodType, ...path: (string | number)[]) {
  const { shape } = defineConfig(z.object({ field }))
  return marksAt(shape, ['field', ...path])
}

const none = { dynamic: false, secret: false, perTenant: false }

describe('marks', () => {
  it('leave the schema they are given as it was', () => {
    const schema = z.string()
    const marked = perTenant(dynamic(schema))
    expect(ownMarks(schema)).toEqual({})
    expect(ownMarks(marked)).toEqual({ dynamic: true, perTenant: true })
    expect(marked).not.toBe(schema)
  })

  it('are none where nothing is marked', () => {
    expect(marksOf(z.string())).toEqual(none)
  })

  it('include dynamic where a field is per tenant', () => {
    expect(marksOf(perTenant(z.string()))).toEqual({ ...none, dynamic: true, perTenant: true })
  })

  it.each<[string, (inner: z.ZodType) => z.ZodType, (string | number)[]]>([
    ['default', (inner) => inner.default('x' as never), []],
    ['prefault', (inner) => inner.prefault('x'), []],
    ['optional', (inner) => inner.optional(), []],
    ['nullable', (inner) => inner.nullable(), []],
    ['nullish', (inner) => inner.nullish(), []],
    ['nonoptional', (inner) => inner.optional().nonoptional(), []],
    ['readonly', (inner) => inner.readonly(), []],
    ['catch', (inner) => inner.catch('x' as never), []],
    ['a refinement', (inner) => inner.refine(() => true), []],
    ['a transform', (inner) => inner.transform((value) => value), []],
    ['a pipe', (inner) => inner.pipe(z.unknown()), []],
    ['a brand', (inner) => inner.brand('x'), []],
    ['lazy', (inner) => z.lazy(() => inner), []],
    ['a description', (inner) => inner.describe('words'), []],
    ['metadata', (inner) => inner.meta({ title: 'words' }), []],
    ['a union', (inner) => z.union([inner, inner]), []],
    ['a record', (inner) => z.record(z.string(), inner), ['key']],
    ['a record of known keys', (inner) => z.record(z.enum(['a', 'b']), inner), ['a']],
    ['a partial record', (inner) => z.partialRecord(z.enum(['a', 'b']), inner), ['a']],
    ['a list', (inner) => z.array(inner), [0]],
    ['a tuple', (inner) => z.tuple([z.number(), inner]), [1]],
    ['the rest of a tuple', (inner) => z.tuple([z.number()], inner), [4]],
    ['an object', (inner) => z.object({ a: inner }), ['a']],
    ['a strict object', (inner) => z.strictObject({ a: inner }), ['a']],
    ['a catchall', (inner) => z.object({}).catchall(inner), ['any']],
    ['an intersection', (inner) => z.object({ a: inner }).and(z.object({ b: z.string() })), ['a']],
    [
      'an intersection with a union',
      (inner) => z.object({ a: inner }).and(z.union([z.object({}), z.object({})])),
      ['a'],
    ],
    ['everything at once', (inner) => z.record(z.string(), z.array(inner.optional()).default([])).optional(), ['k', 0]],
  ])('are found through %s', (_, wrap, path) => {
    expect(marksOf(wrap(perTenant(z.string())), ...path)).toEqual({ ...none, dynamic: true, perTenant: true })
    expect(marksOf(wrap(secret(z.string())), ...path).secret).toBe(true)
  })

  it('of an object hold for everything under it', () => {
    const nested = dynamic(z.object({ a: z.object({ b: z.array(z.record(z.string(), z.number())) }) }))
    expect(marksOf(nested, 'a', 'b', 0, 'k')).toEqual({ ...none, dynamic: true })
  })

  it('survive what makes another schema of an object', () => {
    const base = dynamic(z.object({ a: z.string(), b: z.string() }))
    for (const schema of [
      base.extend({ c: z.string() }),
      base.pick({ a: true }),
      base.omit({ b: true }),
      base.partial(),
      base.loose(),
    ]) {
      expect(marksOf(schema, 'a').dynamic).toBe(true)
    }
  })

  it('of one place do not reach another place that uses the same schema', () => {
    const shared = z.object({ a: z.string() })
    const { shape } = defineConfig(z.object({ plain: shared, hidden: secret(shared), moving: dynamic(shared) }))
    expect(marksAt(shape, ['plain', 'a'])).toEqual(none)
    expect(marksAt(shape, ['hidden', 'a']).secret).toBe(true)
    expect(marksAt(shape, ['moving', 'a']).dynamic).toBe(true)
  })

  it('are kept by descriptions, whichever stands outside', () => {
    const { shape } = defineConfig(
      z.object({ a: dynamic(z.string().describe('inner')), b: dynamic(z.string()).describe('outer') }),
    )
    expect(shape.fields.get('a')).toMatchObject({ description: 'inner', marks: { dynamic: true } })
    expect(shape.fields.get('b')).toMatchObject({ description: 'outer', marks: { dynamic: true } })
  })
})

describe('secret', () => {
  const read = (field: z.ZodType, value: unknown) => {
    const tree = value === undefined ? {} : { field: value as never }
    const result = defineConfig(z.object({ field })).validate(tree, lenient)
    if (!result.ok) throw new Error(JSON.stringify(result.problems))
    return (result.output as { field: unknown }).field
  }

  it('gives a Secret of what the schema gives', () => {
    const value = read(secret(z.string().trim()), ' hunter2 ')
    expect(isSecret(value) && value.reveal()).toBe('hunter2')
  })

  it('takes its default inside', () => {
    const value = read(secret(z.string().default('hunter2')), undefined)
    expect(isSecret(value) && value.reveal()).toBe('hunter2')
  })

  it('is absent where an optional value is absent, inside and outside', () => {
    expect(read(secret(z.string().optional()), undefined)).toBeUndefined()
    expect(read(secret(z.string()).optional(), undefined)).toBeUndefined()
  })

  it('holds objects and numbers, frozen', () => {
    const value = read(secret(z.object({ user: z.string(), tries: z.number().default(3) })), { user: 'root' })
    if (!isSecret(value)) throw new Error('no secret')
    expect(value.reveal()).toEqual({ user: 'root', tries: 3 })
    expect(Object.isFrozen(value.reveal())).toBe(true)
    const pin = read(secret(z.number().int()), 1234)
    expect(isSecret(pin) && pin.reveal()).toBe(1234)
  })

  it('does not wrap a secret again', () => {
    const value = read(secret(secret(z.string()).optional()), 'hunter2')
    expect(isSecret(value) && value.reveal()).toBe('hunter2')
  })

  it('reaches refinements as a Secret', () => {
    const pair = z
      .object({ a: secret(z.string()), b: secret(z.string()) })
      .refine(({ a, b }) => a.reveal() !== b.reveal())
    expect(defineConfig(pair).validate({ a: 'x', b: 'x' }, lenient).ok).toBe(false)
    expect(defineConfig(pair).validate({ a: 'x', b: 'y' }, lenient).ok).toBe(true)
  })

  it('does not freeze a default of its author', () => {
    const fallback = { list: ['a'] }
    read(secret(z.object({ list: z.array(z.string()) }).default(fallback)), undefined)
    expect(Object.isFrozen(fallback.list)).toBe(false)
  })
})
