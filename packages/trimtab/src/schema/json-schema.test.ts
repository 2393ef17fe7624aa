import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineConfig } from './define-config.ts'
import { dynamic, perTenant, secret } from './marks.ts'
import { bytes, duration } from './units.ts'

const hidden = { dynamic: false, secret: true, perTenant: false }

describe('jsonSchema', () => {
  it('says what may be written, with the marks of each value', () => {
    const config = defineConfig(
      z.object({
        http: z.object({ port: z.number().int().min(1).max(65_535).default(8080).describe('Where it listens') }),
        pool: dynamic(z.object({ url: secret(z.url()), idle: duration().default('30s'), size: bytes().optional() })),
        limits: perTenant(z.object({ rate: z.number().default(100) })),
        routes: z.record(z.string(), z.object({ key: secret(z.string()).optional() })).default({}),
      }),
    )
    const pattern = { type: 'string', pattern: expect.stringContaining('ms|s|m|h|d') }
    const moving = { dynamic: true, secret: false, perTenant: false }
    const tenants = { dynamic: true, secret: false, perTenant: true }
    expect(config.jsonSchema()).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      required: ['pool'],
      properties: {
        http: {
          type: 'object',
          additionalProperties: false,
          properties: {
            port: { type: 'integer', minimum: 1, maximum: 65_535, default: 8080, description: 'Where it listens' },
          },
        },
        pool: {
          type: 'object',
          additionalProperties: false,
          required: ['url'],
          'x-trimtab': moving,
          properties: {
            url: { type: 'string', format: 'uri', 'x-trimtab': { dynamic: true, secret: true, perTenant: false } },
            idle: {
              anyOf: [pattern, { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }],
              default: '30s',
              'x-trimtab': moving,
            },
            size: expect.objectContaining({ anyOf: [expect.objectContaining({ type: 'string' }), expect.anything()] }),
          },
        },
        limits: {
          type: 'object',
          additionalProperties: false,
          properties: { rate: { type: 'number', default: 100, 'x-trimtab': tenants } },
          'x-trimtab': tenants,
        },
        routes: {
          type: 'object',
          default: {},
          propertyNames: { type: 'string' },
          additionalProperties: {
            type: 'object',
            additionalProperties: false,
            properties: { key: { type: 'string', 'x-trimtab': hidden } },
          },
        },
      },
    })
  })

  it('is made once, and frozen', () => {
    const config = defineConfig(z.object({ a: z.object({ b: z.string() }) }))
    const json = config.jsonSchema()
    expect(config.jsonSchema()).toBe(json)
    expect(Object.isFrozen(json['properties'])).toBe(true)
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
  })

  it('requires an object in which something has to be written', () => {
    const { properties, required } = defineConfig(
      z.object({
        all: z.object({ a: z.number().default(1) }),
        some: z.object({ a: z.number() }),
        none: z.object({ a: z.number() }).optional(),
        known: z.record(z.enum(['x', 'y']), z.object({ a: z.number() })),
        filled: z.record(z.enum(['x', 'y']), z.object({ a: z.number().default(1) })),
      }),
    ).jsonSchema()
    expect(required).toEqual(['some', 'known'])
    expect(properties).toMatchObject({ known: { required: ['x', 'y'] } })
    expect(properties).not.toMatchObject({ filled: { required: expect.anything() } })
  })

  it('works for schemas that contain themselves', () => {
    interface Node {
      readonly key: unknown
      readonly children?: readonly Node[] | undefined
    }
    const node: z.ZodType<Node> = z.object({
      key: secret(z.literal('hunter2')),
      children: z.lazy(() => z.array(node)).optional(),
    })
    const json = defineConfig(z.object({ node, any: z.json().optional() })).jsonSchema()
    expect(JSON.stringify(json)).toContain('"$ref"')
    expect(JSON.stringify(json)).not.toContain('hunter2')
  })

  it('closes intersections without refusing the keys of either side', () => {
    const { properties } = defineConfig(
      z.object({
        plain: z.object({ a: z.string() }).and(z.object({ b: z.string() })),
        marked: z
          .object({ a: z.string() })
          .and(z.union([dynamic(z.object({ b: z.string() })), z.object({ c: z.string() })])),
      }),
    ).jsonSchema()
    expect(properties).toMatchObject({
      plain: { type: 'object', additionalProperties: false, properties: { a: {}, b: {} } },
      marked: { unevaluatedProperties: false },
    })
    expect(JSON.stringify((properties as { marked: unknown }).marked)).not.toContain('"additionalProperties":false')
  })

  it('marks an option of a union that has marks of its own', () => {
    const { properties } = defineConfig(z.object({ u: z.union([z.number(), secret(z.string())]) })).jsonSchema()
    expect(properties).toEqual({ u: { anyOf: [{ type: 'number' }, { type: 'string', 'x-trimtab': hidden }] } })
  })

  it('marks elements, tuple items and other keys', () => {
    const { properties } = defineConfig(
      z.object({
        list: z.array(secret(z.string())),
        tuple: z.tuple([z.string(), secret(z.string())], secret(z.number())),
        open: z.object({}).catchall(secret(z.string())),
      }),
    ).jsonSchema()
    const text = { type: 'string', 'x-trimtab': hidden }
    expect(properties).toMatchObject({
      list: { items: text },
      tuple: { prefixItems: [{ type: 'string' }, text], items: { type: 'number', 'x-trimtab': hidden } },
      open: { additionalProperties: text },
    })
  })

  it('keeps what the author registered, but for names that would collide', () => {
    const field = z.string().meta({ id: 'Name', title: 'A name', examples: ['x'], deprecated: true })
    const { properties, $defs } = defineConfig(z.object({ a: field, b: field.optional() })).jsonSchema()
    expect(properties).toMatchObject({ a: { title: 'A name', examples: ['x'], deprecated: true } })
    expect($defs).toBeUndefined()
  })
})
