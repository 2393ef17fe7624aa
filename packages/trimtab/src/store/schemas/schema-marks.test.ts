import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../primitives/json.ts'
import { schemaPlace } from './schema-marks.ts'

const secret = { 'x-trimtab': { secret: true } }
const forTenants = { 'x-trimtab': { perTenant: true } }
const at = (schema: JsonObject, ...segments: readonly (string | number)[]) => {
  let place = schemaPlace(schema)
  for (const segment of segments) place = place.below(segment)
  const { isKnown, secret: isSecret, perTenant } = place
  return { isKnown, isSecret, perTenant }
}
const plain = { isKnown: true, isSecret: false, perTenant: false }
const unknown = { isKnown: false, isSecret: false, perTenant: false }

describe('what a schema says of a place', () => {
  it('holds for everything below a mark', () => {
    const schema = { properties: { a: { ...secret, properties: { b: { items: { type: 'string' } } } } } }
    expect(at(schema, 'a', 'b', 0)).toEqual({ ...plain, isSecret: true })
    expect(at({ properties: { a: { ...forTenants, additionalProperties: {} } } }, 'a', 'b').perTenant).toBe(true)
  })

  it('is secret by any alternative, and per tenant by all', () => {
    for (const keyword of ['anyOf', 'oneOf']) {
      expect(at({ [keyword]: [{ properties: { a: secret } }, { properties: { a: {} } }] }, 'a').isSecret).toBe(true)
      const half = { properties: { a: { [keyword]: [forTenants, {}] } } }
      const whole = { properties: { a: { [keyword]: [forTenants, forTenants] } } }
      expect([at(half, 'a').perTenant, at(whole, 'a').perTenant]).toEqual([false, true])
    }
  })

  it('is per tenant by alternatives that refer to the same thing', () => {
    const same = { $ref: '#/$defs/limits' }
    const schema = { $defs: { limits: { allOf: [forTenants] } }, properties: { a: { anyOf: [same, { ...same }] } } }
    expect(at(schema, 'a').perTenant).toBe(true)
  })

  it('follows references, in circles too', () => {
    const schema = {
      $defs: {
        node: {
          type: 'object',
          properties: { next: { $ref: '#/$defs/node' }, key: secret },
          additionalProperties: false,
        },
      },
      properties: { first: { $ref: '#/$defs/node' }, loop: { $ref: '#/properties/loop' } },
    }
    expect(at(schema, 'first', 'next', 'next', 'key')).toEqual({ ...plain, isSecret: true })
    expect(at(schema, 'first', 'next', 'other')).toEqual(unknown)
    expect(at(schema, 'loop')).toEqual(plain)
  })

  it('knows what is open, and what is closed', () => {
    expect(at({ properties: { a: {} } }, 'b')).toEqual(plain)
    expect(at({ properties: { a: {} }, additionalProperties: false }, 'b')).toEqual(unknown)
    expect(at({ properties: { a: { type: 'number' } } }, 'a', 'b')).toEqual(unknown)
    expect(at({ properties: { a: { type: ['object', 'null'] } } }, 'a', 'b')).toEqual(plain)
    expect(at({ additionalProperties: true }, 'a', 'b', 0)).toEqual(plain)
    const closedAsAWhole = {
      allOf: [{ properties: { a: {} } }, { properties: { b: {} } }],
      unevaluatedProperties: false,
    }
    expect([at(closedAsAWhole, 'a'), at(closedAsAWhole, 'b'), at(closedAsAWhole, 'c')]).toEqual([plain, plain, unknown])
  })

  it('takes the strictest of what a pattern may mean', () => {
    const schema = { patternProperties: { '^x': secret }, additionalProperties: false }
    expect(at(schema, 'y')).toEqual({ ...plain, isSecret: true })
  })

  it('tells the first elements of a list from the others', () => {
    const schema = { type: 'array', prefixItems: [{}, secret], items: { type: 'number' } }
    expect([at(schema, 0).isSecret, at(schema, 1).isSecret, at(schema, 2).isSecret]).toEqual([false, true, false])
  })
})
