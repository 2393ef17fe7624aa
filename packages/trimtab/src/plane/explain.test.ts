import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../primitives/json.ts'
import { mergeTrees } from '../model/merge.ts'
import type { Layer } from '../model/layer.ts'
import { Secret } from '../model/secrecy/secret.ts'
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
const explain = (path: string, ...trees: readonly JsonObject[]): Explanation => explainRead(path, {}, ...trees)

/** The same, with what readers hold. */
function explainRead(path: string, config: object, ...trees: readonly JsonObject[]): Explanation {
  const layers = trees.map((tree, index): Layer => {
    return { source: sourceName('object', String(index)), tree, digest: String(index), locate: () => undefined }
  })
  const written = mergeTrees(trees).tree
  const snapshot = { generation: 1, config, written, resolved: written, digest: '', layers, committedAt: 0 }
  return explainPath(path, { shape, snapshot, layers, pending: [], isReference: (text) => text.includes('${env:') })
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
  test('no literal of a secret field, but the references in one, without what stands around them', () => {
    const trees = ['hunter2', '${env:URL}', 'postgres://app:hunter2@${env:HOST}/db'].map((url) => ({ pool: { url } }))
    expect(says(explain('pool.url', ...trees))).toEqual([
      ['object:2', '…${env:HOST}…', true, undefined],
      ['object:1', '${env:URL}', false, 'object:2'],
      ['object:0', '[secret]', false, 'object:2'],
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

describe('what is shown of what readers hold', () => {
  const read = (path: string, written: JsonObject, config: object) => explainRead(path, config, written).value

  test('the reference in place of what it gave, also of a part of that', () => {
    const written = { labels: '${env:LABELS}', extra: { a: '${env:A}', b: 1 } }
    const config = { labels: { a: 'hunter2' }, extra: { a: 'hunter2', b: 1 } }
    expect(read('labels', written, config)).toBe('${env:LABELS}')
    expect(read('labels.a', written, config)).toBe('${env:LABELS}')
    expect(read('extra', written, config)).toEqual({ a: '${env:A}', b: 1 })
  })

  test('no secret, and of one with a reference nothing else', () => {
    const config = { pool: { max: 1, url: new Secret('hunter2') } }
    expect(read('pool', { pool: { url: 'hunter2' } }, config)).toEqual({ max: 1, url: '[secret]' })
    expect(read('pool.url', { pool: { url: 'x:hunter2@${env:HOST}' } }, config)).toBe('…${env:HOST}')
  })
})

test('a path that the schema does not have is refused with the nearest one that it has', () => {
  expect(() => explain('pool.mxa')).toThrow('Did you mean pool.max?')
})
