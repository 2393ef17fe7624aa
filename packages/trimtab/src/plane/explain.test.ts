import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../primitives/json.ts'
import { mergeTrees } from '../model/merge.ts'
import type { Layer } from '../model/layer.ts'
import { sourceName } from '../model/source-name.ts'
import { defineConfig } from '../schema/define-config.ts'
import { dynamic, secret } from '../schema/marks.ts'
import { type Explanation, explainPath } from './explain.ts'

const { shape } = defineConfig(
  z.object({
    pool: dynamic(
      z
        .object({ max: z.int().default(10), url: secret(z.string().optional()) })
        .nullable()
        .default(null),
    ),
    labels: z.record(z.string(), z.string()).default({}),
    extra: z.any(),
  }),
)

/** What is said of a place by layers that come lowest first. */
function explain(path: string, ...trees: readonly JsonObject[]): Explanation {
  const layers = trees.map((tree, index): Layer => {
    return { source: sourceName('object', String(index)), tree, digest: String(index), locate: () => undefined }
  })
  const written = mergeTrees(trees).tree
  const snapshot = { generation: 1, config: {}, written, resolved: written, digest: '', layers, committedAt: 0 }
  return explainPath(path, { shape, snapshot, layers, pending: [], isReference: (text) => text.startsWith('${env:') })
}

const says = ({ contributions }: Explanation) =>
  contributions.map(({ origin, value, wins, shadowedBy }) => [origin.source, value, wins, shadowedBy?.source])

describe('who said what', () => {
  test('the highest of several values applies and shadows the others', () => {
    expect(says(explain('pool.max', { pool: { max: 1 } }, {}, { pool: { max: 3 } }))).toEqual([
      ['object:2', 3, true, undefined],
      ['object:0', 1, false, 'object:2'],
    ])
  })

  test('objects add up: none of them is shadowed by another object', () => {
    expect(says(explain('labels', { labels: { a: 'x' } }, { labels: { b: 'y' } }))).toEqual([
      ['object:1', { b: 'y' }, true, undefined],
      ['object:0', { a: 'x' }, true, undefined],
    ])
  })

  test('an object is shadowed by a value of another kind above it, and hides nothing itself', () => {
    expect(says(explain('pool', { pool: { max: 1 } }, { pool: null }))).toEqual([
      ['object:1', null, true, undefined],
      ['object:0', { max: 1 }, false, 'object:1'],
    ])
  })

  test('a value below something that is no object does not apply, and says what hides it', () => {
    const hidden = explain('pool.max', { pool: { max: 1 } }, { pool: null })
    expect(says(hidden)).toEqual([['object:0', 1, false, 'object:1']])
    expect(hidden.origin).toBe(undefined)
  })
})

describe('what is shown of what was written', () => {
  test('no literal of a secret field, but the reference in one', () => {
    expect(says(explain('pool.url', { pool: { url: 'hunter2' } }, { pool: { url: '${env:URL}' } }))).toEqual([
      ['object:1', '${env:URL}', true, undefined],
      ['object:0', '[secret]', false, 'object:1'],
    ])
  })

  test('nothing under a key that the schema does not know, and no text where it has an object', () => {
    expect(says(explain('pool', { pool: { urk: 'hunter2', max: 5 } }))).toEqual([
      ['object:0', { urk: '[unknown]', max: 5 }, true, undefined],
    ])
    expect(says(explain('pool', { pool: 'postgres://app:hunter2@db' }))).toEqual([
      ['object:0', '[unknown]', true, undefined],
    ])
  })

  test('everything inside a value that the schema does not describe', () => {
    expect(says(explain('extra', { extra: { a: [1, { b: 'c' }] } }))).toEqual([
      ['object:0', { a: [1, { b: 'c' }] }, true, undefined],
    ])
  })
})

test('a path that the schema does not have is refused with the nearest one that it has', () => {
  expect(() => explain('pool.mxa')).toThrow('Did you mean pool.max?')
})
