import { describe, expect, it } from 'vitest'
import { defineModule } from './define-module.ts'

/** As plain JavaScript calls it. */
const define = (...definition: unknown[]) => {
  // What is proved is that the types are not needed.
  const untyped = defineModule as unknown as (...given: unknown[]) => unknown
  return () => untyped(...definition)
}
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'option_invalid', message: expect.stringMatching(message) })

describe('from plain JavaScript a module', () => {
  it.each([
    ['nothing', [], /without `name` and `start`: write defineModule\(\{/],
    ['null', [null], /without `name` and `start`/],
    ['a function', [() => 'pool'], /without `name` and `start`/],
    ['no name', [{ start() {} }], /a module without `name`:/],
    ['no start', [{ name: 'pool' }], /a module "pool" without `start`:/],
    ['a start that is no function', [{ name: 'pool', start: {} }], /"pool" whose `start` is no function but object/],
    ['a check that is no function', [{ name: 'pool', start() {}, check: true }], /`check` is no function but boolean/],
    ['a name that is no text', [{ name: 5, start() {} }], /needs a name of a letter/],
    ['null for a name', [{ name: null, start() {} }], /needs a name of a letter/],
  ])('of %s is refused, and what is missing is named', (_what, definition, message) => {
    expect(define(...definition)).toThrow(refused(message))
  })

  it('with name and start is taken', () => {
    expect(define({ name: 'pool', start() {}, check: undefined })()).toMatchObject({ name: 'pool' })
  })
})
