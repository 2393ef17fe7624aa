import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adopt } from '../../packages/trimtab/src/model/share.ts'
import { type Segments, valueAt } from '../../packages/trimtab/src/model/path.ts'
import { cloneJson, type Json, type JsonObject } from '../../packages/trimtab/src/primitives/json.ts'
import { ok } from '../../packages/trimtab/src/primitives/result.ts'
import {
  createReferences,
  type ReferenceContext,
  type Resolved,
} from '../../packages/trimtab/src/sources/references.ts'
import {
  escapeReferences,
  hasReference,
  parseReferences,
} from '../../packages/trimtab/src/sources/references/parse-references.ts'
import type { ReferenceResolver } from '../../packages/trimtab/src/sources/references/resolver.ts'
import { createManualClock } from '../../packages/trimtab/src/testing/manual-clock.ts'
import { shapeFor } from '../support/shape-for.ts'

const runs = { numRuns: 1_000 }
const schemes = new Set(['env', 'x'])

/** Text made of the pieces that mean something, in every order. */
const piece = fc.constantFrom(
  '$',
  '{',
  '}',
  '$${',
  '${',
  '${env:',
  '${x:',
  '${other:',
  ':',
  'env',
  'A',
  'b',
  '\\',
  '"',
  ' ',
  '€',
)
const anyText = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme' }),
)
const name = fc.constantFrom('A', 'B', 'C', 'D')
const reference = name.map((each) => `\${env:${each}}`)
const plainText = fc.constantFrom('', 'a', '${other}', '$', '${y:z}', '{env:A}')
const mixedText = fc
  .array(fc.oneof(plainText, reference), { maxLength: 4 })
  .map((parts) => parts.join(''))
  .filter((text) => !text.includes('$${'))
const key = fc.constantFrom('a', 'b', 'c', '${env:A}', '/v1/*')

function trees(text: fc.Arbitrary<string>): fc.Arbitrary<JsonObject> {
  const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))
  const { node } = fc.letrec<{ node: Json; object: JsonObject }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, leaf, tie('object'), fc.array(tie('node'), { maxLength: 3 })),
    object: fc.dictionary(key, tie('node'), { maxKeys: 3 }),
  }))
  return fc.dictionary(key, node, { maxKeys: 4 })
}

const shape = shapeFor(z.looseObject({}))
const context: ReferenceContext = { shape, trustAt: () => 'local', origin: () => undefined }
const frozen = (tree: JsonObject): JsonObject => adopt(cloneJson(tree) as JsonObject)

/** Values that look like references themselves: they must stay as they are. */
function resolving(values: ReadonlyMap<string, string>) {
  const env: ReferenceResolver = { scheme: 'env', resolve: async (each) => ok(values.get(each) ?? `\${env:${each}}`) }
  const x: ReferenceResolver = { scheme: 'x', resolve: async () => ok('x') }
  const references = createReferences({ resolvers: [env, x], clock: createManualClock() })
  return async (tree: JsonObject, previous?: Resolved): Promise<Resolved> => {
    const result = await references.resolve(tree, { ...context, previous })
    if (!result.ok) throw new Error('expected a result')
    return result.value
  }
}

/** Every place of a tree with its value, the root included. */
function* places(value: Json, path: Segments = []): Generator<readonly [Segments, Json]> {
  yield [path, value]
  if (typeof value !== 'object' || value === null) return
  for (const [each, child] of Object.entries(value)) {
    yield* places(child, [...path, Array.isArray(value) ? Number(each) : each])
  }
}

const holdsReference = (value: Json): boolean =>
  [...places(value)].some(([, each]) => typeof each === 'string' && hasReference(each, schemes))

describe('references', () => {
  it('read back an escaped text as the text, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseReferences(escapeReferences(text), schemes)).toEqual([{ kind: 'text', text }])
        expect(hasReference(escapeReferences(text), schemes)).toBe(false)
      }),
      runs,
    )
  })

  it('read back what was put together from escaped texts and references', () => {
    // A `$` right before a reference would make an escape of it: there is no way to write that.
    const textPart = anyText
      .filter((text) => text !== '' && !text.endsWith('$'))
      .map((text) => ({ kind: 'text', text }) as const)
    const referenceName = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('}', ''))
    const referencePart = fc
      .record({ scheme: fc.constantFrom('env', 'x'), name: referenceName })
      .map((each) => ({ kind: 'reference', reference: each }) as const)
    fc.assert(
      fc.property(fc.array(fc.tuple(referencePart, textPart), { minLength: 1 }), (pairs) => {
        const parts = pairs.flat()
        const written = parts.map((part) => {
          if (part.kind === 'text') return escapeReferences(part.text)
          return `\${${part.reference.scheme}:${part.reference.name}}`
        })
        expect(parseReferences(written.join(''), schemes)).toEqual(parts)
      }),
      runs,
    )
  })

  it('leave a tree without any as it is: the very same object', async () => {
    await fc.assert(
      fc.asyncProperty(trees(plainText), async (tree) => {
        const written = frozen(tree)
        expect((await resolving(new Map())(written)).tree).toBe(written)
      }),
      runs,
    )
  })

  it('change the texts they stand in and nothing else, once, and never the tree that was given', async () => {
    await fc.assert(
      fc.asyncProperty(trees(mixedText), fc.dictionary(name, anyText), async (tree, dictionary) => {
        const values = new Map(Object.entries(dictionary))
        const written = frozen(tree)
        const before = JSON.stringify(written)
        const { tree: resolved, paths } = await resolving(values)(written)
        expect(JSON.stringify(written)).toBe(before)
        for (const [path, value] of places(written)) {
          const result = valueAt(resolved, path)
          // What holds none is shared.
          if (!holdsReference(value)) expect(result).toBe(value)
          else if (typeof value === 'string') {
            expect(result).toBe(value.replaceAll(/\$\{env:([A-D])\}/g, (all, each: string) => values.get(each) ?? all))
            expect(paths).toContainEqual(path)
          }
        }
        expect([...places(resolved)].length).toBe([...places(written)].length)
        for (const [, value] of places(resolved)) expect(Object.isFrozen(value)).toBe(true)
      }),
      runs,
    )
  })

  it('give what they gave before, by reference, wherever neither text nor value has changed', async () => {
    await fc.assert(
      fc.asyncProperty(trees(mixedText), fc.dictionary(name, anyText), anyText, async (tree, dictionary, rotated) => {
        const values = new Map(Object.entries(dictionary))
        const resolve = resolving(values)
        const first = await resolve(frozen(tree))
        // Read afresh, nothing shared but what resolving shares.
        expect((await resolve(frozen(tree), first)).tree).toEqual(first.tree)
        const again = await resolve(frozen(tree), first)
        if (again.paths.length > 0) expect(again.tree).toBe(first.tree)

        values.set('A', rotated)
        const written = frozen(tree)
        const second = await resolve(written, first)
        if (second.paths.length === 0) return
        for (const [path, value] of places(written)) {
          const usesA = [...places(value)].some(([, each]) => typeof each === 'string' && each.includes('${env:A}'))
          if (!usesA) expect(valueAt(second.tree, path)).toBe(valueAt(first.tree, path))
        }
      }),
      runs,
    )
  })
})
