import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isTrimtabError } from '../errors/trimtab-error.ts'
import { bytes, duration } from './units.ts'

describe('duration', () => {
  it.each([
    ['250ms', 250],
    ['5s', 5_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1.1s', 1_100],
    [' 5 s ', 5_000],
    ['0s', 0],
    ['30', 30],
    [30, 30],
    [0, 0],
  ])('reads %j as %d milliseconds', (written, milliseconds) => {
    expect(duration().parse(written)).toBe(milliseconds)
  })

  it.each([
    '',
    's',
    '5 parsecs',
    '-5s',
    '5S',
    '1.5ms',
    '1e3',
    '0x10',
    '5s5s',
    1.5,
    -1,
    Number.NaN,
    2 ** 53,
    true,
    null,
    {},
  ])('refuses %j', (written) => {
    expect(duration().safeParse(written).success).toBe(false)
  })

  it('takes its default as it is written', () => {
    expect(duration().default('30s').parse(undefined)).toBe(30_000)
    expect(duration().default(500).parse(undefined)).toBe(500)
    expect(
      duration()
        .default(() => '2s')
        .parse(undefined),
    ).toBe(2_000)
  })

  it('takes its default after a description, a refinement and in an object', () => {
    const schema = z.object({
      idle: duration()
        .describe('how long')
        .refine(() => true)
        .default('30s'),
    })
    expect(schema.parse({})).toEqual({ idle: 30_000 })
  })

  it('keeps to its bounds, its default included', () => {
    const schema = duration({ min: '1s', max: '1h' })
    expect(schema.parse('1s')).toBe(1_000)
    expect(schema.safeParse('999ms').success).toBe(false)
    expect(schema.safeParse('61m').success).toBe(false)
    expect(() => schema.default('2h')).toThrow('from 1s to 1h')
  })

  it('refuses options that make no sense', () => {
    for (const make of [
      () => duration({ min: 'soon' }),
      () => duration({ min: '2s', max: '1s' }),
      () => duration().default('x'),
    ]) {
      expect(make).toThrow(expect.toSatisfy((error) => isTrimtabError(error, 'option_invalid')))
    }
  })
})

describe('bytes', () => {
  it.each([
    ['512', 512],
    ['512B', 512],
    ['10MB', 10_000_000],
    ['64MiB', 67_108_864],
    ['1.5KiB', 1_536],
    ['2kB', 2_000],
    [0, 0],
  ])('reads %j as %d bytes', (written, size) => {
    expect(bytes().parse(written)).toBe(size)
  })

  it.each(['64mib', '10Mb', '0.5B', '-1', 'MiB', 0.5])('refuses %j', (written) => {
    expect(bytes().safeParse(written).success).toBe(false)
  })

  it('takes its default as it is written', () => {
    expect(bytes({ max: '1GiB' }).default('10MiB').parse(undefined)).toBe(10_485_760)
  })
})
