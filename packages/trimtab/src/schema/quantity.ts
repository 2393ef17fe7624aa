/** The least and the most allowed, in the smallest unit. */
export interface Bounds {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** A kind of number that people write with a unit. */
export interface Quantity {
  readonly name: 'duration' | 'bytes'
  /** What text of it looks like, for documentation; `parse` decides. */
  readonly pattern: RegExp
  /** The whole number of the smallest unit; undefined where it is none or is out of bounds. */
  parse(written: string | number, bounds: Bounds): number | undefined
  /** A number in the largest unit that gives it exactly. */
  print(value: number): string
  /** What is expected, with bounds. */
  phrase(bounds: Bounds): string
}

type Unit = readonly [name: string, factor: number]

export const durationQuantity: Quantity = quantity({
  name: 'duration',
  units: [
    ['ms', 1],
    ['s', 1_000],
    ['m', 60_000],
    ['h', 3_600_000],
    ['d', 86_400_000],
  ],
  phrase: 'a duration like "250ms", "5s", "1.5m", "2h" or "1d", or a number of milliseconds',
  zero: '0ms',
})

export const bytesQuantity: Quantity = quantity({
  name: 'bytes',
  units: [
    ['B', 1],
    ['KB', 1e3],
    ['kB', 1e3],
    ['KiB', 1024],
    ['MB', 1e6],
    ['MiB', 1024 ** 2],
    ['GB', 1e9],
    ['GiB', 1024 ** 3],
    ['TB', 1e12],
    ['TiB', 1024 ** 4],
  ],
  phrase: 'a size like "512", "10MB" or "64MiB", or a number of bytes',
  zero: '0B',
})

interface QuantityOptions {
  readonly name: Quantity['name']
  /** From the smallest to the largest. */
  readonly units: readonly Unit[]
  readonly phrase: string
  readonly zero: string
}

function quantity({ name, units, phrase, zero }: QuantityOptions): Quantity {
  const factors = new Map(units)
  const pattern = new RegExp(`^ *\\d{1,15}(?:\\.\\d{1,15})? ?(?:${units.map(([unit]) => unit).join('|')})? *$`)
  const print = (value: number) => {
    const fits = units.findLast(([, factor]) => value % factor === 0)
    return value === 0 || fits === undefined ? zero : `${value / fits[1]}${fits[0]}`
  }
  return {
    name,
    pattern,
    print,
    parse(written, { min, max }) {
      const value = typeof written === 'number' ? written : parseText(written, pattern, factors)
      if (value === undefined || !Number.isSafeInteger(value) || value < (min ?? 0)) return undefined
      return max !== undefined && value > max ? undefined : value
    },
    phrase({ min, max }) {
      if (min !== undefined && max !== undefined) return `${phrase}, from ${print(min)} to ${print(max)}`
      if (min !== undefined) return `${phrase}, at least ${print(min)}`
      return max === undefined ? phrase : `${phrase}, at most ${print(max)}`
    },
  }
}

function parseText(text: string, pattern: RegExp, factors: ReadonlyMap<string, number>): number | undefined {
  if (!pattern.test(text)) return undefined
  const [, amount, unit] = /([\d.]+) ?([A-Za-z]*)/.exec(text) ?? []
  const exact = Number(amount) * (unit === undefined || unit === '' ? 1 : (factors.get(unit) ?? Number.NaN))
  const whole = Math.round(exact)
  // 1.1 s is 1100.0000000000002 ms in binary arithmetic, and still a whole number of milliseconds.
  return Math.abs(exact - whole) <= exact * Number.EPSILON * 4 ? whole : undefined
}
