import { describe, expect, it } from 'vitest'
import { failureKind } from './failure-kind.ts'

const planted = 'postgres://app:hunter2@db'

describe('failureKind', () => {
  it.each<[string, unknown, string]>([
    ['the code of a system error', Object.assign(new Error(planted), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [
      'the code of the cause',
      new TypeError(planted, { cause: Object.assign(new Error(planted), { code: 'ENOTFOUND' }) }),
      'ENOTFOUND',
    ],
    ['the class, without a code', new TypeError(planted), 'TypeError'],
    ['the class, when the code is no code', Object.assign(new RangeError(planted), { code: planted }), 'RangeError'],
    ['the type, when the name is no name', Object.assign(new Error(planted), { name: planted }), 'threw object'],
    ['text', planted, 'threw string'],
    ['null', null, 'threw null'],
    ['nothing', undefined, 'threw undefined'],
    [
      'an object that cannot be read',
      {
        get code() {
          throw new Error(planted)
        },
      },
      'unknown',
    ],
  ])('of %s gives no more than its kind', (_, thrown, kind) => {
    expect(failureKind(thrown)).toBe(kind)
  })
})
