import { expect, test } from 'vitest'
import { allowsBreaking } from './version.ts'

test.each([
  ['0.1.0', '0.2.0', true],
  ['0.1.0', '0.1.1', false],
  ['0.9.0', '1.0.0', true],
  ['1.2.0', '1.3.0', false],
  ['1.2.0', '2.0.0', true],
  ['1.2.0', '1.2.0', false],
])('from %s to %s: %s', (from, to, allowed) => {
  expect(allowsBreaking(from, to)).toBe(allowed)
})
