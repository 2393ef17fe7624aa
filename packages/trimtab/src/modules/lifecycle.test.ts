import { expect, test } from 'vitest'
import { describeEnd } from './lifecycle.ts'

test('a deadline is told in whole milliseconds', () => {
  expect(describeEnd({ kind: 'timed_out', elapsed: 500.24391499999996 })).toBe('did not finish within 500 ms')
})
