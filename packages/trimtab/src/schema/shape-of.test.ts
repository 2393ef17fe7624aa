import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineConfig } from './define-config.ts'
import { secret } from './marks.ts'
import type { Shape } from './shape.ts'
import { bytes, duration } from './units.ts'

function shapeOf(field: z.ZodType): Shape {
  const shape = defineConfig(z.object({ field })).shape.fields.get('field')
  if (shape === undefined) throw new Error('no field')
  return shape
}

describe('the value of a text', () => {
  it.each<[string, z.ZodType, string, unknown]>([
    ['a number', z.number(), '20', 20],
    ['a number', z.number(), ' -1.5 ', -1.5],
    ['a number', z.number(), '1e3', 1000],
    ['a number', z.number(), '', ''],
    ['a number', z.number(), '0x10', '0x10'],
    ['a number', z.number(), 'Infinity', 'Infinity'],
    ['a number', z.number(), '1e999', '1e999'],
    ['a number', z.number(), '20ms', '20ms'],
    ['a coerced number', z.coerce.number(), '7', 7],
    ['a boolean', z.boolean(), 'TRUE', true],
    ['a boolean', z.boolean(), '1', true],
    ['a boolean', z.boolean(), 'yes', true],
    ['a boolean', z.boolean(), 'On', true],
    ['a boolean', z.boolean(), 'false', false],
    ['a boolean', z.boolean(), '0', false],
    ['a boolean', z.boolean(), 'no', false],
    ['a boolean', z.boolean(), 'OFF', false],
    ['a boolean', z.boolean(), 'maybe', 'maybe'],
    ['a string', z.string(), '20', '20'],
    ['a string', z.string().nullable(), 'null', 'null'],
    ['a nullable number', z.number().nullable(), 'null', null],
    ['a nullable object', z.object({}).nullable(), 'null', null],
    ['an optional number', z.number().optional(), '5', 5],
    ['a number with a default', z.number().default(1), '5', 5],
    ['a duration', duration(), '30', '30'],
    ['a size', bytes(), '64MiB', '64MiB'],
    ['an enum', z.enum(['1', 'two']), '1', '1'],
    ['an enum of numbers', z.enum({ A: 1, B: 2 }), '2', 2],
    ['a literal number', z.literal(5), '5', 5],
    ['a literal boolean', z.literal(true), 'true', true],
    ['null', z.null(), 'null', null],
    ['a list of strings', z.array(z.string()), 'a, b,c', ['a', 'b', 'c']],
    ['a list of numbers', z.array(z.number()), '1,2', [1, 2]],
    ['a list of numbers', z.array(z.number()), '1,x', [1, 'x']],
    ['a list', z.array(z.string()), '["a","b"]', ['a', 'b']],
    ['a list', z.array(z.string()), '', []],
    ['a list', z.array(z.string()), '[broken', ['[broken']],
    ['a list of objects', z.array(z.object({})), '[{}]', [{}]],
    ['a list of objects', z.array(z.object({})), 'a,b', 'a,b'],
    ['a tuple', z.tuple([z.string(), z.number()]), '1,2', ['1', 2]],
    ['an object', z.object({}), '{"a": 1}', { a: 1 }],
    ['an object', z.object({}), '{broken', '{broken'],
    ['an object', z.object({}), '[]', '[]'],
    ['a record', z.record(z.string(), z.number()), '{"a": 1}', { a: 1 }],
    ['a union', z.union([z.string(), z.number()]), '20', 20],
    ['a union', z.union([z.boolean(), z.number()]), '0', false],
    ['a union', z.union([z.number(), z.literal('auto')]), 'auto', 'auto'],
    ['a union', z.union([z.object({ a: z.string() }), z.string()]), '{"a":"x"}', { a: 'x' }],
    ['a secret number', secret(z.number()), '5', 5],
    ['a preprocessing', z.preprocess((value) => value, z.number()), '5', '5'],
    ['a lazy schema', z.lazy(() => z.number()), '5', 5],
    ['anything', z.unknown(), '5', '5'],
  ])('%s takes %j as %j', (_, field, written, expected) => {
    expect(shapeOf(field).fromText(written)).toEqual(expected)
  })

  it('is no way to a prototype', () => {
    const value = shapeOf(z.record(z.string(), z.unknown())).fromText('{"__proto__": {"polluted": true}}')
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.keys(value as object)).toEqual(['__proto__'])
  })
})

describe('what a shape says', () => {
  it('is whether something has to be written, and what applies otherwise', () => {
    expect(shapeOf(z.string())).toMatchObject({ optional: false, default: undefined })
    expect(shapeOf(z.string().optional())).toMatchObject({ optional: true, default: undefined })
    expect(shapeOf(z.string().default('x'))).toMatchObject({ optional: true, default: 'x' })
    expect(shapeOf(z.string().default('x').optional())).toMatchObject({ optional: true, default: 'x' })
    expect(shapeOf(z.string().default('x').nonoptional())).toMatchObject({ optional: false })
    expect(shapeOf(z.number().catch(5))).toMatchObject({ optional: true, default: 5 })
    expect(shapeOf(z.number().catch(({ value }) => Number(value)))).toMatchObject({
      optional: true,
      default: undefined,
    })
    expect(shapeOf(duration().default('30s'))).toMatchObject({ optional: true, default: '30s' })
    expect(shapeOf(z.object({ a: z.string() }))).toMatchObject({ optional: false })
    expect(shapeOf(z.object({ a: z.object({ b: z.string().optional() }) }))).toMatchObject({ optional: true })
    expect(shapeOf(z.unknown().default(() => new Date()))).toMatchObject({ optional: true, default: undefined })
  })

  it('never is the default or a literal of a secret', () => {
    const shape = shapeOf(secret(z.enum(['hunter2', 'x']).default('hunter2')))
    expect(shape).toMatchObject({ optional: true, default: undefined, expected: 'one of 2 allowed values' })
    expect(JSON.stringify(shape)).not.toContain('hunter2')
    const holder = shapeOf(z.object({ a: secret(z.string()), b: z.number() }).prefault({ a: 'hunter2', b: 1 }))
    expect(holder.default).toEqual({ a: '[secret]', b: 1 })
  })

  it('is a description, the outermost that there is', () => {
    expect(shapeOf(z.string().describe('inner').optional()).description).toBe('inner')
    expect(shapeOf(z.string().describe('inner').optional().describe('outer')).description).toBe('outer')
    expect(shapeOf(z.string()).description).toBeUndefined()
  })

  it('is that a transform stands between what is written and read', () => {
    for (const field of [
      z.string().transform((text) => text),
      z.string().trim(),
      z.coerce.number(),
      z.preprocess((value) => value, z.string()),
      z.stringbool(),
      duration(),
      z.object({}).transform((value) => value),
    ]) {
      expect(shapeOf(field).transformed).toBe(true)
    }
    for (const field of [z.string(), secret(z.string()), z.object({}), z.string().refine(() => true)]) {
      expect(shapeOf(field).transformed).toBe(false)
    }
  })

  it('is that a value made of a secret is one', () => {
    const shape = shapeOf(z.object({ user: z.string(), key: secret(z.string()) }).transform(({ key }) => key.reveal()))
    expect(shape.marks.secret).toBe(true)
    expect(shapeOf(z.preprocess((value) => value, z.object({ key: secret(z.string()) }))).marks.secret).toBe(true)
    expect(shapeOf(z.object({ key: secret(z.string()) })).marks.secret).toBe(false)
  })

  it('contains itself where the schema does', () => {
    interface Node {
      readonly name: string
      readonly children: readonly Node[]
      readonly next?: Node | undefined
    }
    const node: z.ZodType<Node> = z.object({
      name: z.string(),
      get children() {
        return z.array(node).default([])
      },
      get next() {
        return node.optional()
      },
    })
    const shape = shapeOf(node)
    if (shape.kind !== 'object') throw new Error('no object')
    const children = shape.fields.get('children')
    if (children?.kind !== 'array') throw new Error('no list')
    if (children.element.kind !== 'object') throw new Error('no object')
    expect(children.element.fields.get('children')).toBe(children)
  })

  it('covers schemas that refer to each other, and unions of themselves', () => {
    const tree: z.ZodType = z.lazy(() => z.union([z.number(), z.array(tree), z.object({ left: tree, right: tree })]))
    const shape = shapeOf(tree)
    expect(shape).toMatchObject({ kind: 'union', expected: 'a number or a list or an object' })
    const self: z.ZodType = z.lazy(() => z.union([z.string(), self]))
    expect(shapeOf(self).kind).toBe('union')
  })

  it('is frozen', () => {
    const { shape } = defineConfig(z.object({ a: z.array(z.string()), u: z.union([z.string(), z.number()]) }))
    for (const each of [shape, ...shape.fields.values()]) expect(Object.isFrozen(each)).toBe(true)
  })
})

describe('intersections', () => {
  it('have the fields of both', () => {
    const shape = shapeOf(
      z
        .object({ a: z.string(), n: z.object({ x: z.string() }) })
        .and(z.object({ b: secret(z.string()), n: z.object({ y: z.number() }) })),
    )
    if (shape.kind !== 'object') throw new Error('no object')
    expect([...shape.fields.keys()]).toEqual(['a', 'n', 'b'])
    const nested = shape.fields.get('n')
    expect(nested?.kind === 'object' && [...nested.fields.keys()]).toEqual(['x', 'y'])
    expect(shape.fields.get('b')?.marks.secret).toBe(true)
  })

  it('with a union are a union, with a record an open object', () => {
    const union = shapeOf(
      z.object({ a: z.string() }).and(z.union([z.object({ b: z.string() }), z.object({ c: z.string() })])),
    )
    expect(union).toMatchObject({ kind: 'union', options: [{ kind: 'object' }, { kind: 'object' }] })
    const open = shapeOf(z.object({ a: z.number() }).and(z.record(z.string(), z.number())))
    expect(open).toMatchObject({ kind: 'object', rest: { expected: 'a number' } })
  })
})
