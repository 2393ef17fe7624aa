import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { cleanThrown } from './trimtab-error.ts'

const clean = (text: string) => text.replaceAll('hunter2', '[secret]')

it('a cleaned copy has name, message and stack of an error, and nothing else of it', () => {
  class DriverError extends Error {
    override readonly name = 'DriverError'
    readonly url = 'postgres://app:hunter2@db'
  }
  const copy = cleanThrown(new DriverError('no way to hunter2', { cause: new Error('hunter2') }), clean)
  expect(copy).toMatchObject({ name: 'DriverError', message: 'no way to [secret]' })
  expect(copy.stack).toContain('trimtab-error.test.ts')
  expect(inspect(copy, { showHidden: true, depth: 9 })).not.toContain('hunter2')
})

it.each([
  ['a name with a secret', Object.assign(new Error('no'), { name: 'hunter2' })],
  ['a name that is an object', Object.assign(new Error('no'), { name: { password: 'hunter2' } })],
  ['a stack that is an object', Object.assign(new Error('no'), { stack: { password: 'hunter2' } })],
  ['no error', { message: 'hunter2', password: 'hunter2' }],
  ['a text', 'hunter2'],
  ['null', null],
])('a cleaned copy of what was thrown with %s shows no secret', (_what, thrown) => {
  expect(inspect(cleanThrown(thrown, clean), { showHidden: true, depth: 9 })).not.toContain('hunter2')
})
