import { expect, it } from 'vitest'
import { type Location, printLocation, printOrigin } from './origin.ts'
import { sourceName } from './source-name.ts'

it.each<[Location, string]>([
  [{ kind: 'file', file: 'config.yaml', line: 3, column: 8 }, 'config.yaml:3:8'],
  [{ kind: 'file', file: 'config.yaml', line: 3 }, 'config.yaml:3:1'],
  [{ kind: 'file', file: 'config.yaml' }, 'config.yaml'],
  [{ kind: 'variable', name: 'APP_POOL__MAX' }, 'env APP_POOL__MAX'],
  [{ kind: 'argument', text: '--set pool.max=20' }, '--set pool.max=20'],
  [{ kind: 'call', reason: 'Black Friday' }, 'override (Black Friday)'],
])('prints %j in a phrase that an editor or a person can follow', (location, text) => {
  expect(printLocation(location)).toBe(text)
  expect(printOrigin({ source: sourceName('file', 'x'), location })).toBe(text)
})

it('prints the source where no place is known', () => {
  expect(printOrigin({ source: sourceName('file', 'config.yaml') })).toBe('file:config.yaml')
})
