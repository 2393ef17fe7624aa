import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineConfig } from './define-config.ts'
import { secret } from './marks.ts'
import { redactWritten } from './redact.ts'

const { shape } = defineConfig(
  z.object({
    url: secret(z.string()).optional(),
    login: secret(z.object({ user: z.string() })).optional(),
    keys: z.record(z.string(), secret(z.string())).optional(),
    list: z.array(z.object({ key: secret(z.string()), host: z.string() })).optional(),
    union: z.union([z.string(), z.object({ key: secret(z.string()) })]).optional(),
    either: z.union([z.string(), secret(z.number())]).optional(),
    holder: z.object({ key: secret(z.string()) }).optional(),
    any: z.unknown().optional(),
    host: z.string().optional(),
  }),
)

describe('redactWritten', () => {
  it.each<[string, unknown, unknown]>([
    ['a secret', { url: 'hunter2', host: 'h' }, { url: '[secret]', host: 'h' }],
    ['a secret of another type', { url: { deep: 'hunter2' } }, { url: '[secret]' }],
    ['the whole of a secret object', { login: { user: 'hunter2' } }, { login: '[secret]' }],
    ['the values of a record', { keys: { a: 'hunter2', b: 'hunter2' } }, { keys: { a: '[secret]', b: '[secret]' } }],
    ['inside a list', { list: [{ key: 'hunter2', host: 'h' }] }, { list: [{ key: '[secret]', host: 'h' }] }],
    ['inside a union', { union: { key: 'hunter2' } }, { union: { key: '[secret]' } }],
    ['a value that one option calls secret', { either: 'hunter2' }, { either: '[secret]' }],
    ['a text where an object with a secret belongs', { holder: 'hunter2' }, { holder: '[unknown]' }],
    ['a list where an object with a secret belongs', { holder: ['hunter2'] }, { holder: ['[unknown]'] }],
    [
      'a value that the schema does not know',
      { pasword: 'hunter2', holder: { kay: 'hunter2' } },
      { pasword: '[unknown]', holder: { kay: '[unknown]' } },
    ],
    [
      'nothing of what may be anything',
      { any: { a: [1, null] }, holder: null as never },
      { any: { a: [1, null] }, holder: null },
    ],
  ])('hides %s', (_, tree, printed) => {
    expect(redactWritten(shape, tree as never)).toEqual(printed)
  })
})
