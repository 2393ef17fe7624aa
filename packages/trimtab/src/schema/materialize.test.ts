import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isSecret } from '../model/secrecy/secret.ts'
import type { JsonObject } from '../primitives/json.ts'
import { type ConfigSchema, defineConfig } from './define-config.ts'
import { secret } from './marks.ts'
import { materialize, type Materialized } from './materialize.ts'

const context = { origin: () => undefined, strictAt: () => true }

/** Reads trees one after another, as reloads do. */
function reader<S extends ConfigSchema>(schema: S) {
  const config = defineConfig(schema)
  let previous: Materialized | undefined
  return (tree: unknown): z.output<S> => {
    const result = config.validate(tree as JsonObject, context)
    if (!result.ok) throw new Error(JSON.stringify(result.problems))
    const made = materialize(config.shape, result.output, result.input, previous)
    previous = { config: made, input: result.input }
    return made as z.output<S>
  }
}

function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen)
}

describe('materialize', () => {
  const schema = z.object({
    pool: z.object({ max: z.number().default(10), url: secret(z.string()) }),
    routes: z.record(z.string(), z.object({ to: z.string(), tags: z.array(z.string()).default([]) })).default({}),
    extra: z.unknown().optional(),
  })

  it('freezes everything, and nothing of what it was given', () => {
    const tree = { pool: { url: 'x' }, routes: { a: { to: 'b', tags: ['c'] } }, extra: { deep: [{ x: 1 }] } }
    const made = reader(schema)(tree)
    expect(isDeepFrozen(made)).toBe(true)
    expect(Object.isFrozen(tree.extra.deep)).toBe(false)
    expect(made).toEqual({ ...tree, pool: { max: 10, url: made.pool.url } })
  })

  it('gives records no prototype and objects the usual one', () => {
    const made = reader(schema)({ pool: { url: 'x' }, routes: { toString: { to: 'y' } } })
    expect(Object.getPrototypeOf(made.routes)).toBeNull()
    expect(made.routes['constructor']).toBeUndefined()
    expect(Object.getPrototypeOf(made.pool)).toBe(Object.prototype)
    expect(made.pool.constructor).toBe(Object)
  })

  it('orders the keys of an object as the schema does', () => {
    const read = reader(z.object({ a: z.number().optional(), b: z.number().optional(), c: z.number().optional() }))
    expect(Object.keys(read({ c: 1, a: 2 }))).toEqual(['a', 'b', 'c'])
    expect(Object.keys(read({ b: 1 }))).toEqual(['a', 'b', 'c'])
  })

  it('prints, serialises and compares an absent field as absent', () => {
    const made = reader(z.object({ a: z.number().optional(), b: z.number() }))({ b: 1 })
    expect(made).toEqual({ b: 1 })
    expect(JSON.stringify(made)).toBe('{"b":1}')
    expect(made.a).toBeUndefined()
  })

  it('keeps the very objects of what did not change', () => {
    const read = reader(schema)
    const first = read({ pool: { url: 'x' }, routes: { a: { to: '1' }, b: { to: '2' } }, extra: [{ x: 1 }] })
    const second = read({ pool: { url: 'x' }, routes: { a: { to: '1' }, b: { to: '3' } }, extra: [{ x: 1 }] })
    expect(second).not.toBe(first)
    expect(second.pool).toBe(first.pool)
    expect(second.extra).toBe(first.extra)
    expect(second.routes).not.toBe(first.routes)
    expect(second.routes['a']).toBe(first.routes['a'])
    expect(second.routes['b']).toEqual({ to: '3', tags: [] })
  })

  it('gives the previous configuration itself where nothing changed', () => {
    const read = reader(schema)
    const first = read({ pool: { url: 'x', max: 10 }, routes: { a: { to: '1' }, b: { to: '2' } } })
    expect(read({ pool: { url: 'x', max: 10 }, routes: { a: { to: '1' }, b: { to: '2' } } })).toBe(first)
    // A default written out, and the keys of a record in another order, change nothing.
    expect(read({ routes: { b: { to: '2' }, a: { to: '1', tags: [] } }, pool: { url: 'x' } })).toBe(first)
  })

  it('notices what was taken away', () => {
    const read = reader(schema)
    const first = read({ pool: { url: 'x' }, routes: { a: { to: '1' }, b: { to: '2' } }, extra: 1 })
    const second = read({ pool: { url: 'x' }, routes: { a: { to: '1' } } })
    expect(second.routes).toEqual({ a: { to: '1', tags: [] } })
    expect(second.routes['a']).toBe(first.routes['a'])
    expect(second.extra).toBeUndefined()
    expect(read({ pool: { url: 'x' }, routes: { a: { to: '1', tags: ['t'] } } }).routes['a']?.tags).toEqual(['t'])
  })

  it('keeps a secret that is equal, and gives another where it changed', () => {
    const read = reader(z.object({ key: secret(z.string()), pair: secret(z.object({ a: z.string() })) }))
    const first = read({ key: 'x', pair: { a: '1' } })
    const second = read({ pair: { a: '1' }, key: 'y' })
    expect(second.pair).toBe(first.pair)
    expect(second.key).not.toBe(first.key)
    expect(isSecret(second.key) && second.key.reveal()).toBe('y')
  })

  it('keeps what a transform made of what did not change', () => {
    let calls = 0
    const read = reader(
      z.object({
        made: z.string().transform((text) => ({ text, calls: (calls += 1) })),
        whole: z.object({ a: z.number() }).transform(({ a }) => ({ a, calls: (calls += 1) })),
        other: z.number(),
      }),
    )
    const first = read({ made: 'x', whole: { a: 1 }, other: 1 })
    const second = read({ other: 2, whole: { a: 1 }, made: 'x' })
    expect(calls).toBe(4)
    expect(second.made).toBe(first.made)
    expect(second.whole).toBe(first.whole)
    expect(read({ other: 2, whole: { a: 2 }, made: 'y' }).whole.a).toBe(2)
  })

  it('keeps what came out the same although something else was written', () => {
    const read = reader(z.object({ list: z.string().transform((text) => text.split(',').map((part) => part.trim())) }))
    const first = read({ list: 'a,b' })
    expect(read({ list: 'a, b' })).toBe(first)
    expect(read({ list: 'a,c' }).list).toEqual(['a', 'c'])
  })

  it('does not take the default of one option of a union for that of another', () => {
    const read = reader(
      z.object({
        u: z.discriminatedUnion('t', [
          z.object({ t: z.literal('a'), x: z.number().default(1) }),
          z.object({ t: z.literal('b'), x: z.number().default(2), y: z.number().optional() }),
        ]),
      }),
    )
    expect(read({ u: { t: 'a' } }).u.x).toBe(1)
    expect(read({ u: { t: 'b' } }).u).toEqual({ t: 'b', x: 2 })
    expect(read({ u: { t: 'a' } }).u).toEqual({ t: 'a', x: 1 })
    const plain = reader(
      z.object({
        u: z.union([z.object({ a: z.number(), c: z.number().optional() }), z.object({ a: z.number(), b: z.number() })]),
      }),
    )
    expect(plain({ u: { a: 1, b: 2 } }).u).toEqual({ a: 1, b: 2 })
    expect(plain({ u: { a: 1 } }).u).toEqual({ a: 1 })
  })

  it('does not take the default of an object for those inside it', () => {
    const read = reader(z.object({ o: z.object({ a: z.number().default(1) }).default({ a: 9 }) }))
    expect(read({}).o.a).toBe(9)
    expect(read({ o: {} }).o.a).toBe(1)
    expect(read({}).o.a).toBe(9)
  })

  it('does not keep a part of what a catch replaced', () => {
    const read = reader(z.object({ o: z.object({ a: z.number(), b: z.number() }).catch({ a: 9, b: 9 }) }))
    expect(read({ o: { a: 1, b: 2 } }).o).toEqual({ a: 1, b: 2 })
    expect(read({ o: { a: 1, b: 'x' } }).o).toEqual({ a: 9, b: 9 })
  })

  it('follows a value through being absent, null and there', () => {
    const read = reader(z.object({ o: z.object({ a: z.number().default(1) }).nullish() }))
    expect(read({}).o).toBeUndefined()
    expect(read({ o: null }).o).toBeNull()
    expect(read({ o: {} }).o).toEqual({ a: 1 })
    expect(read({}).o).toBeUndefined()
  })

  it('compares lists element by element', () => {
    const read = reader(z.object({ list: z.array(z.object({ x: z.number() })) }))
    const first = read({ list: [{ x: 1 }, { x: 2 }] })
    const second = read({ list: [{ x: 1 }, { x: 3 }, { x: 2 }] })
    expect(second.list[0]).toBe(first.list[0])
    expect(second.list.map(({ x }) => x)).toEqual([1, 3, 2])
    expect(read({ list: [{ x: 1 }] }).list).toEqual([{ x: 1 }])
  })

  it('keeps the keys of an open object', () => {
    const read = reader(z.object({ o: z.looseObject({ a: z.number() }) }))
    const first = read({ o: { a: 1, z: [1] } })
    expect(first.o).toEqual({ a: 1, z: [1] })
    expect(read({ o: { z: [1], a: 1 } })).toBe(first)
    expect(read({ o: { a: 1 } }).o).toEqual({ a: 1 })
    expect(read({ o: { a: 1, y: 2 } }).o).toEqual({ a: 1, y: 2 })
  })

  it('holds thousands of fields', () => {
    const fields = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, index) => [`f${index}`, z.number().default(index)]),
    )
    const read = reader(z.object(fields))
    const first = read({})
    expect(Object.keys(first)).toHaveLength(2_000)
    expect(read({ f7: 7 })).toBe(first)
    expect(read({ f7: 8 })['f7']).toBe(8)
  })
})
