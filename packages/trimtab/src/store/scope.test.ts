import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appOf, parseEnvironment, parseScope, printScope, readScope } from './scope.ts'

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/)

describe('the name of a scope', () => {
  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(name, name, fc.option(name, { nil: undefined }), (app, environment, tenant) => {
        const text = tenant === undefined ? `${app}/${environment}` : `${app}/${environment}/${tenant}`
        const scope = parseScope(text)
        expect(printScope(scope)).toBe(text)
        expect([scope.environment, scope.tenant, appOf(scope.environment)]).toEqual([
          `${app}/${environment}`,
          tenant,
          app,
        ])
      }),
    )
  })

  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (text) => {
        const scope = readScope(text)
        if (scope !== undefined) expect(printScope(scope)).toBe(text)
      }),
    )
    for (const text of [
      '',
      'a',
      'a/',
      '/b',
      'a//b',
      'a/b/',
      'a/b/c/d',
      'a/b\n',
      ' a/b',
      'a/../b',
      `a/${'b'.repeat(129)}`,
      null,
    ]) {
      expect(readScope(text)).toBeUndefined()
      expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: 'option_invalid' }))
    }
    expect(() => parseEnvironment('a/b/c')).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })
})
