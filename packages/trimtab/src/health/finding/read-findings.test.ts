import { expect, it, test } from 'vitest'
import { degraded, healthy, unhealthy } from '../check.ts'
import { readFailure, readFindings } from './read-findings.ts'
import { temporary } from './temporary.ts'

const same = (text: string) => text
const read = (given: unknown, clean = same) => readFindings(given, clean)
const hostile = () =>
  new Proxy(
    {},
    {
      get() {
        throw new Error('no entry')
      },
      has() {
        throw new Error('no entry')
      },
      getPrototypeOf() {
        throw new Error('no entry')
      },
    },
  )

it.each([
  [undefined, ['healthy']],
  [true, ['healthy']],
  [false, ['unhealthy']],
  [healthy(), ['healthy']],
  [degraded('slow'), ['degraded']],
  [unhealthy('down'), ['unhealthy']],
  [{ status: 'unknown' }, ['unknown']],
  [[], ['healthy']],
  [
    [
      { status: 'healthy', component: 'a' },
      { status: 'degraded', component: 'b' },
    ],
    ['healthy', 'degraded'],
  ],
  [
    [
      { status: 'healthy', component: 'a' },
      { status: 'unhealthy', component: 'a' },
    ],
    ['unhealthy'],
  ],
  [null, ['unknown']],
  [7, ['unknown']],
  ['fine', ['unknown']],
  [{}, ['unknown']],
  [{ status: 'ok' }, ['unknown']],
  [hostile(), ['unknown']],
  [[null, healthy(), hostile()], ['unknown']],
])('what a run gave is read whatever it is: %#', (given, statuses) => {
  expect(read(given).map(({ status }) => status)).toEqual(statuses)
})

test('a number of any length is written out only as far as people read it', () => {
  const details = { small: 12n, large: 10n ** 100n, huge: 2n ** 10_000_000n, low: -(3n ** 500n) }
  const [finding] = read({ status: 'healthy', details })
  expect(finding?.details).toEqual({
    small: '12',
    large: `1${'0'.repeat(100)}`,
    huge: '(a large number)',
    low: '(a large number)',
  })
})

test('what a run threw is a failure, and degraded where anything in its chain of causes is temporary', () => {
  const thrown = (value: unknown) => readFailure(value, same)[0]
  expect(thrown(new Error('refused'))).toMatchObject({ status: 'unhealthy', message: 'refused' })
  expect(thrown(null)).toMatchObject({ status: 'unhealthy', message: 'threw null' })
  expect(thrown(hostile())?.status).toBe('unhealthy')
  expect(thrown(temporary(new Error('soon')))).toMatchObject({ status: 'degraded', message: 'soon' })
  const deep = new Error('outer', { cause: new Error('middle', { cause: temporary('failing over') }) })
  expect(thrown(deep)).toMatchObject({ status: 'degraded', message: 'outer' })
  const circle = new Error('round')
  circle.cause = circle
  expect(thrown(circle)?.status).toBe('unhealthy')
})

test('a message of ten megabytes is cut to 4 KiB between characters, wherever it comes from', () => {
  for (const letter of ['x', 'é', '😀']) {
    const long = letter.repeat(10_000_000 / letter.length)
    for (const [finding] of [read(unhealthy(long)), readFailure(new Error(long), same), readFailure(long, same)]) {
      expect(Buffer.byteLength(finding?.message ?? '')).toBeLessThanOrEqual(4_096)
      expect(Buffer.byteLength(finding?.message ?? '')).toBeGreaterThan(4_080)
      expect(finding?.message).toMatch(/^(.)\1*…$/u)
    }
  }
})

test('details are bounded in number, depth and length, and hold JSON alone', () => {
  const cycle: Record<string, unknown> = {}
  cycle['again'] = cycle
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, index]))
  const details = {
    cycle,
    wide,
    list: Array.from({ length: 100_000 }, () => 'y'),
    text: 'z'.repeat(1e6),
    date: new Date(),
    big: 3n,
  }
  const [finding] = read({ status: 'healthy', details })
  expect(JSON.stringify(finding?.details).length).toBeLessThan(20_000)
  expect(Object.isFrozen(finding?.details)).toBe(true)

  const odd = {
    nan: Number.NaN,
    call: () => 1,
    none: undefined,
    date: new Date(),
    big: 3n,
    ['__proto__']: 1,
    flag: true,
  }
  expect(read({ status: 'healthy', details: odd })[0]?.details).toMatchObject({
    nan: 'NaN',
    call: '(function)',
    date: '(object)',
    big: '3',
    flag: true,
  })
  const trap = Object.defineProperty({}, 'x', {
    enumerable: true,
    get() {
      throw new Error('no')
    },
  })
  expect(read({ status: 'healthy', details: trap })).toMatchObject([{ status: 'unknown' }])
  expect(read({ status: 'healthy', details: 'text' })[0]?.details).toBeUndefined()
})

test('a secret that is longer than what is kept of a text is taken out all the same', () => {
  const key = 'k'.repeat(8_192)
  const [finding] = read([{ status: 'healthy', message: key, details: { [key]: key }, component: key }], (text) =>
    text.replaceAll(key, '[secret]'),
  )
  expect(finding).toMatchObject({ message: '[secret]', details: { '[secret]': '[secret]' }, component: '[secret]' })
})

test('more components than can be kept are cut, and secrets are taken out of every text', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => ({ status: 'healthy', component: `c${index}` }))
  expect(read(many)).toHaveLength(256)
  const clean = (text: string) => text.replaceAll('hunter2', '***')
  const leak = { status: 'healthy', message: 'is hunter2', component: 'hunter2', details: { hunter2: ['hunter2'] } }
  expect(JSON.stringify([read(leak, clean), readFailure(new Error('hunter2'), clean)])).not.toContain('hunter2')
})
