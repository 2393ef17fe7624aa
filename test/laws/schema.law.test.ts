import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Segments } from '../../packages/trimtab/src/model/path.ts'
import { isSecret } from '../../packages/trimtab/src/model/secrecy/secret.ts'
import { compareText, type Json, type JsonObject } from '../../packages/trimtab/src/primitives/json.ts'
import { defineConfig } from '../../packages/trimtab/src/schema/define-config.ts'
import { dynamic, secret } from '../../packages/trimtab/src/schema/marks.ts'
import { materialize, type Materialized } from '../../packages/trimtab/src/schema/materialize.ts'
import { redactWritten } from '../../packages/trimtab/src/schema/redact.ts'
import { duration } from '../../packages/trimtab/src/schema/units.ts'

const runs = { numRuns: 1_000 }

const config = defineConfig(
  z.object({
    pool: dynamic(
      z.object({
        max: z.number().int().default(10),
        idle: duration().default('30s'),
        key: secret(z.string()).optional(),
        tags: z.array(z.string()).default([]),
      }),
    ),
    routes: z.record(
      z.string(),
      z.object({ to: z.string(), weight: z.number().optional(), key: secret(z.string()).optional() }),
    ),
    mode: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), x: z.number().default(1) }),
        z.object({
          kind: z.literal('b'),
          x: z.number().default(2),
          list: z.array(z.object({ y: z.number() })).default([]),
        }),
      ])
      .optional(),
    upper: z
      .string()
      .transform((text) => ({ text: text.toUpperCase() }))
      .optional(),
    extra: z.json().optional(),
  }),
)

const word = fc.constantFrom('x', 'y', 'X', 'zed')
const small = fc.integer({ min: 0, max: 3 })
/** Some of the fields, so that few of all possible trees are met often. */
const some = <T extends Record<string, fc.Arbitrary<Json>>>(fields: T, requiredKeys: (keyof T)[] = []) =>
  fc.record<Record<string, Json>>(fields, { requiredKeys: requiredKeys as string[] })
const anything = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 2 },
    fc.constant(null),
    small,
    word,
    fc.array(tie('json'), { maxLength: 2 }),
    some({ p: tie('json'), q: tie('json') }),
  ),
})).json
const valid: fc.Arbitrary<JsonObject> = some(
  {
    pool: some({
      max: small,
      idle: fc.constantFrom('30s', 30_000, '1m'),
      key: word,
      tags: fc.array(word, { maxLength: 2 }),
    }),
    routes: fc.dictionary(fc.constantFrom('r', 's', '/v1/*'), some({ to: word, weight: small, key: word }, ['to']), {
      maxKeys: 3,
    }),
    mode: fc.oneof(
      some({ kind: fc.constant('a'), x: small }, ['kind']),
      some({ kind: fc.constant('b'), x: small, list: fc.array(some({ y: small }, ['y']), { maxLength: 2 }) }, ['kind']),
    ),
    upper: word,
    extra: anything,
  },
  ['routes'],
)

const lenient = { origin: () => undefined, strictAt: () => false }
const strict = { origin: () => undefined, strictAt: () => true }

function read(tree: JsonObject, previous?: Materialized): Materialized {
  const result = config.validate(tree, strict)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return { config: materialize(config.shape, result.output, result.input, previous), input: result.input }
}

/** The content of a configuration: absent is absent, secrets are what they hold. */
function contentOf(value: unknown): unknown {
  if (isSecret(value)) return { secret: contentOf(value.reveal()) }
  if (Array.isArray(value)) return value.map(contentOf)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, child]) => child !== undefined)
  const sorted = entries.sort(([a], [b]) => compareText(a, b))
  return Object.fromEntries(sorted.map(([key, child]) => [key, contentOf(child)]))
}

const sameContent = (a: unknown, b: unknown) => JSON.stringify(contentOf(a)) === JSON.stringify(contentOf(b))

/** Every value inside both that stands at the same place. */
function* pairs(a: unknown, b: unknown): Generator<readonly [unknown, unknown]> {
  yield [a, b]
  if (isSecret(a) || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return
  for (const key of Object.keys(a)) if (Object.hasOwn(b, key)) yield* pairs(Reflect.get(a, key), Reflect.get(b, key))
}

function isDeepFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen))
  )
}

describe('a configuration made after another', () => {
  it('says what one made alone says, frozen, and is the other wherever both say the same', () => {
    fc.assert(
      fc.property(fc.array(valid, { minLength: 2, maxLength: 5 }), (trees) => {
        let previous: Materialized | undefined
        for (const tree of trees) {
          const next = read(structuredClone(tree), previous)
          expect(contentOf(next.config)).toEqual(contentOf(read(tree).config))
          expect(isDeepFrozen(next.config)).toBe(true)
          for (const [now, before] of pairs(next.config, previous?.config)) {
            if (sameContent(now, before)) expect(now).toBe(before)
          }
          previous = next
        }
      }),
      runs,
    )
  })
})

describe('unknown keys', () => {
  /** Where a key can be added that no schema knows. */
  const places = (tree: JsonObject): Segments[] => [
    [],
    ...(tree['pool'] === undefined ? [] : [['pool']]),
    ...Object.keys(tree['routes'] ?? {}).map((key) => ['routes', key]),
    ...(tree['mode'] === undefined ? [] : [['mode']]),
  ]

  function withUnknown(tree: JsonObject, chosen: readonly Segments[]): JsonObject {
    const copy = structuredClone(tree)
    for (const place of chosen) {
      const parent = place.reduce<object>((value, key) => Reflect.get(value, key) as object, copy)
      Reflect.set(parent, 'unheardOf', { deep: 'hunter2' })
    }
    return copy
  }

  it('are all found, change nothing where they are only warned of, and are never shown', () => {
    const cases = valid.chain((tree) => fc.tuple(fc.constant(tree), fc.subarray(places(tree))))
    fc.assert(
      fc.property(cases, ([tree, chosen]) => {
        const dirty = withUnknown(tree, chosen)
        const warned = config.validate(dirty, lenient)
        if (!warned.ok) throw new Error('refused')
        expect(warned.warnings).toHaveLength(chosen.length)
        expect(warned.input).toEqual(tree)
        const clean = config.validate(tree, strict)
        expect(clean.ok && contentOf(clean.output)).toEqual(contentOf(warned.output))
        const refused = config.validate(dirty, strict)
        expect(refused.ok ? [] : refused.problems).toHaveLength(chosen.length)
        expect(JSON.stringify([warned, refused, redactWritten(config.shape, dirty)])).not.toContain('hunter2')
      }),
      runs,
    )
  })
})

describe('validation', () => {
  it('never throws, and gives the same answer twice, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.dictionary(fc.string(), anything),
          some({ pool: anything, routes: anything, mode: anything, extra: anything }),
        ),
        (tree) => {
          const first = config.validate(tree, strict)
          expect(config.validate(structuredClone(tree), strict)).toEqual(first)
          if (!first.ok) expect(first.problems.length).toBeGreaterThan(0)
        },
      ),
      runs,
    )
  })
})
