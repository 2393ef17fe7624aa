import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clean, isReference } from '../../../../../test/support/state-folder.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { secret } from '../../schema/marks.ts'
import { storableTree } from './storable-tree.ts'

const { shape } = defineConfig(
  z.object({
    plain: z.string().optional(),
    url: secret(z.string().optional()),
    pin: secret(z.number().optional()),
    keys: secret(z.array(z.string()).optional()),
    tls: secret(z.object({ key: z.string(), cert: z.string() }).optional()),
    users: z
      .record(z.string(), z.object({ name: z.string().optional(), password: secret(z.string().optional()) }))
      .optional(),
    list: z.array(z.object({ token: secret(z.string().optional()) })).optional(),
    either: z
      .union([
        z.object({ kind: z.literal('a'), a: secret(z.string()) }),
        z.object({ kind: z.literal('b'), b: z.string() }),
      ])
      .optional(),
    anything: z.json().optional(),
  }),
)

const storable = (tree: JsonObject) => storableTree(tree, { shape, isReference, clean })

describe('storableTree', () => {
  it('keeps plain values, and references wherever they stand', () => {
    const tree = {
      plain: 'text',
      url: 'postgres://app:${env:DB_PASSWORD}@db/x',
      pin: '${env:PIN}',
      keys: ['${file:/run/secrets/a}', '${env:B}'],
      tls: { key: '${file:/run/key}', cert: '${file:/run/cert}' },
      users: { ada: { name: 'Ada', password: '${env:ADA}' } },
      list: [{}, { token: '${env:T}' }],
      either: { kind: 'b', b: 'not secret' },
      anything: { is: ['kept', { as: 'it' }] },
    }
    expect(storable(tree)).toEqual({ kind: 'storable', tree })
  })

  it.each<[what: string, tree: JsonObject, path: string]>([
    ['a text', { url: 'hunter2' }, 'url'],
    ['an empty text', { url: '' }, 'url'],
    ['a number', { pin: 1234 }, 'pin'],
    ['an escaped reference', { url: '$${env:X}' }, 'url'],
    ['a reference of no known scheme', { url: 'pa${vault:ss}word' }, 'url'],
    ['one element among references', { keys: ['${env:A}', 'hunter2'] }, 'keys[1]'],
    ['a part of a secret object', { tls: { key: 'PEM', cert: '${env:C}' } }, 'tls.key'],
    ['a field of a record', { users: { 'a.b': { password: 'hunter2' } } }, 'users["a.b"].password'],
    ['a field in a list', { list: [{}, { token: 'hunter2' }] }, 'list[1].token'],
    ['a field of one option of a union', { either: { kind: 'a', a: 'hunter2' } }, 'either.a'],
    ['an object where a text is expected', { url: { password: 'hunter2' } }, 'url.password'],
  ])('names the place where a secret is written out: %s', (_, tree, path) => {
    expect(storable(tree)).toEqual({ kind: 'secret', path, isCopy: false })
  })

  it('takes null and what is empty for no secret', () => {
    const tree = { url: null, keys: [], users: {} }
    expect(storable(tree)).toEqual({ kind: 'storable', tree })
  })

  it('leaves out what the schema does not know, because nobody can say whether it is secret', () => {
    const tree = JSON.parse(
      '{"plain":"x","pasword":"hunter2","users":{"ada":{"pw":"hunter2"}},"__proto__":{"a":"hunter2"}}',
    )
    expect(storable(tree)).toEqual({ kind: 'storable', tree: { plain: 'x', users: { ada: {} } } })
  })
})
