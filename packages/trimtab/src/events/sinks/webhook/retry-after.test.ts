import { expect, it } from 'vitest'
import { retryAfterOf } from './retry-after.ts'

const now = Date.UTC(2026, 0, 1)

it.each([
  ['0', 0],
  ['120', 120_000],
  ['9999999999', 9_999_999_999_000],
  ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
  ['Thursday, 01-Jan-26 00:00:05 GMT', 5_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2027', 2_027_000],
  ['2027-01-01T00:00:00Z', undefined],
  ['Thu, 99 Foo 2026 GMT', undefined],
  [undefined, undefined],
])('Retry-After: %s is %s ms', (header, after) => {
  expect(retryAfterOf(header, now)).toBe(after)
})
