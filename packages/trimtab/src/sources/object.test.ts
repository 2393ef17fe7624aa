import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeFor } from '../../../../test/support/shape-for.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import type { JsonObject } from '../primitives/json.ts'
import { objectSource } from './object.ts'
import type { Source } from './source.ts'

const host = { clock: createManualClock(), random: () => 0, shape: shapeFor(z.object({})) }

async function layerOf(source: Source) {
  const reading = await source.open(host).read(new AbortController().signal)
  if (reading.kind !== 'layer') throw new Error(reading.kind)
  return reading.layer
}

describe('objectSource', () => {
  it('gives a frozen copy: changing the object later changes nothing', async () => {
    const given = { pool: { max: 5, hosts: ['a'] } }
    const source = objectSource(given)
    given.pool.max = 6
    given.pool.hosts.push('b')
    const layer = await layerOf(source)
    expect(layer.tree).toEqual({ pool: { max: 5, hosts: ['a'] } })
    expect(Object.isFrozen(layer.tree['pool'])).toBe(true)
    expect(layer.source).toBe('object:inline')
    expect(layer.locate(['pool', 'max'])).toBeUndefined()
  })

  it('gives the same layer at every reading, and the same digest for the same content', async () => {
    const source = objectSource({ a: 1, b: 2 }, { name: 'defaults' })
    expect(await layerOf(source)).toBe(await layerOf(source))
    expect((await layerOf(source)).digest).toBe((await layerOf(objectSource({ b: 2, a: 1 }))).digest)
    expect(source).toMatchObject({ name: 'object:defaults', strict: true, follows: 'never', references: 'local' })
  })

  it.each<[string, unknown, string]>([
    ['a date', { a: new Date(0) }, 'a: expected a plain object'],
    ['a function', { a: { b: () => 1 } }, 'a.b: expected a value that JSON has'],
    ['a number that is not finite', { a: [1, Number.NaN] }, 'a[1]: a number must be finite'],
    ['a list at the top', [1], 'expected an object, received array'],
    ['null', null, 'expected an object, received null'],
    ['a prototype key', JSON.parse('{"__proto__": 1}'), 'a key may not be named __proto__'],
  ])('refuses %s as an option that is invalid', (_what, tree, expected) => {
    const refuse = () => objectSource(tree as JsonObject)
    expect(refuse).toThrow(expected)
    expect(refuse).toThrow(expect.toSatisfy((error: unknown) => isTrimtabError(error, 'option_invalid')))
  })

  it('refuses a circle', () => {
    const circle: Record<string, unknown> = {}
    circle['a'] = circle
    expect(() => objectSource(circle as JsonObject)).toThrow(/nested deeper than 32 levels/)
  })
})
