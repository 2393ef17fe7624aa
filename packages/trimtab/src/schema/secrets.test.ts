import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../primitives/json.ts'
import { type ConfigDefinition, defineConfig } from './define-config.ts'
import { secret } from './marks.ts'
import { materialize } from './materialize.ts'
import { configInvalid } from './problem.ts'
import { redactWritten } from './redact.ts'
import type { Shape } from './shape.ts'

/** What is planted everywhere; `4242424` stands for it where a number is needed. */
const planted = ['hunter2', '4242424']

const context = { origin: () => undefined, strictAt: () => true }
const lenient = { origin: () => undefined, strictAt: () => false }

/** Everything that a definition says about itself and about a tree. */
function everything(config: ConfigDefinition, tree: unknown): string {
  const said: unknown[] = [config.jsonSchema(), config.describe(), describeShape(config.shape, new Set())]
  said.push(redactWritten(config.shape, tree as JsonObject))
  for (const how of [context, lenient]) {
    const result = config.validate(tree as JsonObject, how)
    if (result.ok) {
      const made = materialize(config.shape, result.output, result.input)
      said.push(result.warnings, made)
    } else {
      said.push(result.problems, configInvalid(result.problems).message, configInvalid(result.problems))
    }
  }
  return said
    .map((each) => `${inspect(each, { depth: 40, showHidden: true })}\n${JSON.stringify(each) ?? ''}`)
    .join('\n')
}

function describeShape(shape: Shape, seen: Set<Shape>): unknown {
  if (seen.has(shape)) return undefined
  seen.add(shape)
  const { expected, description, marks } = shape
  const inside =
    shape.kind === 'object'
      ? [...shape.fields.values(), ...(shape.rest ? [shape.rest] : [])]
      : shape.kind === 'record'
        ? [shape.value, shape.keyExpected]
        : shape.kind === 'array'
          ? [shape.element, ...(shape.items ?? [])]
          : shape.kind === 'union'
            ? shape.options
            : [shape.allowed]
  const children = inside.map((each) => (typeof each === 'object' && 'kind' in each ? describeShape(each, seen) : each))
  return { expected, description, marks, default: shape.default, children }
}

function findPlanted(text: string): string[] {
  return planted.filter((word) => text.includes(word))
}

/** Values that make each schema pass, fail, or be something else. */
const values: unknown[] = [
  undefined,
  null,
  'hunter2',
  ' hunter2 ',
  'hunter2x',
  4242424,
  true,
  ['hunter2'],
  [['hunter2', 4242424]],
  { user: 'hunter2', pin: 4242424 },
  { key: 'hunter2', kay: 'hunter2' },
  { kind: 'hunter2', value: 'hunter2' },
  { type: 'a', key: 'hunter2', name: 'x' },
  { 'a.b': { key: 'hunter2' } },
  { key: ' hunter2 ' },
  'https://user:hunter2@example.com',
  '{"key": "hunter2"}',
]

const shared = z.object({ key: secret(z.string()) })

/** Schemas of a secret in which the schema itself holds it. */
const schemas: readonly (readonly [string, z.ZodType])[] = [
  [
    'words of its author on a list of what stands elsewhere too',
    z.object({
      one: shared.optional(),
      many: z
        .array(shared)
        .meta({ example: [{ key: 'hunter2' }] })
        .optional(),
    }),
  ],
  [
    'a rule that reveals what is left after trimming',
    z
      .object({ key: secret(z.string().trim()) })
      .superRefine(({ key }, { addIssue }) => addIssue({ code: 'custom', message: `bad: ${key.reveal()}` })),
  ],
  [
    'words of its author on the object around',
    z.object({ key: secret(z.string()) }).meta({ example: { key: 'hunter2' }, default: { key: 'hunter2' } }),
  ],
  ['a literal', secret(z.literal('hunter2'))],
  ['literals', secret(z.literal(['hunter2', 4242424]))],
  ['an enum', secret(z.enum(['hunter2', 'x']))],
  ['a native enum', secret(z.enum({ Key: 'hunter2', Pin: 4242424 }))],
  ['a pattern', secret(z.string().regex(/^hunter2$/))],
  ['a prefix, suffix and part', secret(z.string().startsWith('hunter2').endsWith('hunter2').includes('hunter2'))],
  ['bounds', secret(z.number().min(4242424).max(4242424).multipleOf(4242424))],
  ['a template', secret(z.templateLiteral(['hunter2', z.number()]))],
  ['a default', secret(z.string().default('hunter2'))],
  ['a computed default', secret(z.string().default(() => 'hunter2'))],
  ['a prefault inside', secret(z.string().prefault('hunter2'))],
  ['a prefault outside', secret(z.string()).prefault('hunter2')],
  [
    'a default of the object around',
    z.object({ key: secret(z.string()), other: z.number() }).prefault({ key: 'hunter2', other: 1 }),
  ],
  ['a catch', secret(z.string().catch('hunter2'))],
  ['a custom format', secret(z.stringFormat('hunter2', () => false))],
  ['its own message', secret(z.string().min(50, 'not hunter2'))],
  [
    'a message of a refinement',
    secret(z.string().refine(() => false, { error: ({ input }) => `not ${String(input)}` })),
  ],
  [
    'metadata',
    secret(z.string().meta({ id: 'hunter2', examples: ['hunter2'], default: 'hunter2', example: 'hunter2' })),
  ],
  ['metadata outside', secret(z.string()).meta({ examples: ['hunter2'], hint: 'hunter2' })],
  ['metadata of the object around', z.object({ key: secret(z.string()) }).meta({ examples: [{ key: 'hunter2' }] })],
  [
    'metadata of a list around',
    z.array(z.object({ key: secret(z.string()) })).meta({ examples: [[{ key: 'hunter2' }]] }),
  ],
  ['an object', secret(z.object({ user: z.literal('hunter2'), pin: z.literal(4242424) }))],
  [
    'an object with a rule',
    secret(z.object({ key: z.string() }).refine(() => false, { error: ({ input }) => JSON.stringify(input) })),
  ],
  ['a list', secret(z.array(z.literal('hunter2')).min(2))],
  ['a record', secret(z.record(z.string(), z.literal('hunter2')))],
  ['a tuple', z.tuple([z.string(), secret(z.literal('hunter2'))]).or(z.array(secret(z.literal(4242424))))],
  ['a union', secret(z.union([z.literal('hunter2'), z.literal(4242424), z.object({ key: z.literal('hunter2') })]))],
  ['options of a union', z.union([secret(z.literal('hunter2')), z.object({ key: secret(z.enum(['hunter2'])) })])],
  [
    'a discriminator',
    secret(z.discriminatedUnion('kind', [z.object({ kind: z.literal('hunter2'), value: z.string() })])),
  ],
  [
    'a value of a discriminated union',
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('a'), key: secret(z.literal('hunter2')) }),
      z.object({ type: z.literal('b') }),
    ]),
  ],
  ['an intersection', z.object({ key: secret(z.literal('hunter2')) }).and(z.object({ name: z.string().optional() }))],
  ['a transform', secret(z.string().transform((text) => ({ text, again: 'hunter2' })))],
  ['a transform that throws', secret(z.string().transform((text) => JSON.parse(`{${text}`) as unknown))],
  ['a transform that makes no JSON', secret(z.string().transform((text) => new Map([[text, text]])))],
  ['a preprocessing', secret(z.preprocess((value) => (value === undefined ? 'hunter2' : value), z.literal('hunter2')))],
  [
    'a codec',
    secret(z.codec(z.literal('hunter2'), z.string(), { decode: (text) => text, encode: () => 'hunter2' as const })),
  ],
  ['a text boolean', secret(z.stringbool({ truthy: ['hunter2'], falsy: ['4242424'] }))],
  ['a lazy schema', z.lazy(() => secret(z.literal('hunter2').default('hunter2')))],
  [
    'a transform of an object that reveals it',
    z.object({ key: secret(z.string()) }).transform(({ key }) => ({ hash: key })),
  ],
  [
    'a rule of the object that reveals it',
    z
      .object({ key: secret(z.string()), name: z.string().optional() })
      .superRefine(({ key }, { addIssue }) => addIssue({ code: 'custom', message: `bad: ${key.reveal()}` })),
  ],
  [
    'a rule of the object that reveals its default',
    z.object({ key: secret(z.string().default('hunter2')) }).refine(() => false, 'hunter2'),
  ],
  ['any JSON', secret(z.json())],
  ['anything', secret(z.unknown())],
  ['a record of secrets', z.record(z.string(), z.object({ key: secret(z.string().max(3)) }))],
  ['an open object of secrets', z.object({ name: z.string().optional() }).catchall(secret(z.string()))],
  ['a URL', secret(z.url({ protocol: /^hunter2$/ }))],
  ['a nullable, readonly, branded one', secret(z.literal('hunter2').nullable().readonly().brand('B'))],
]

describe('a planted secret', () => {
  it.each(schemas)('is in nothing that is said where it is in %s', (_, field) => {
    const config = defineConfig(z.object({ field }))
    for (const value of values) {
      const tree = value === undefined ? {} : { field: value as never }
      expect(findPlanted(everything(config, tree))).toEqual([])
    }
  })

  it.each(schemas)('is in nothing that is said where it is in %s inside other things', (_, field) => {
    const nested = z.object({ a: z.record(z.string(), z.array(z.object({ field: field.optional() }))).optional() })
    const config = defineConfig(nested)
    for (const value of values) {
      const tree = { a: { k: [value === undefined ? {} : { field: value as never }] } }
      expect(findPlanted(everything(config, tree))).toEqual([])
    }
  })

  it('is not in a message of the author that stands on another field', () => {
    const schema = z
      .object({ key: secret(z.string()), user: z.string() })
      .superRefine(({ key }, { addIssue }) =>
        addIssue({ code: 'custom', path: ['name'], message: `differs from ${key.reveal()}` }),
      )
    expect(findPlanted(everything(defineConfig(schema), { key: 'hunter2', name: 'x' }))).toEqual([])
  })

  it('is not shown as the value of a misspelt field', () => {
    const config = defineConfig(z.object({ password: secret(z.string()).optional() }))
    const text = everything(config, { pasword: 'hunter2' })
    expect(text).toContain('Did you mean "password"?')
    expect(findPlanted(text)).toEqual([])
  })

  it('is found by this search where nothing hides it', () => {
    const config = defineConfig(z.object({ field: z.literal('hunter2').optional() }))
    expect(findPlanted(everything(config, { field: 'x' }))).toEqual(['hunter2'])
  })

  it('is not thrown at whoever defines a schema that is refused', () => {
    const define = () =>
      defineConfig(
        z.object({
          key: secret(
            z
              .literal('hunter2')
              .transform(() => 'x')
              .pipe(z.date() as never),
          ),
        }),
      )
    expect(define).toThrow(expect.toSatisfy((error) => findPlanted(inspect(error)).length === 0))
  })
})
