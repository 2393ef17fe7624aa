import type { Limit, Row } from './row.ts'

interface Compared {
  readonly name: string
  readonly unit: 'ns' | 'µs' | 'ms'
  readonly times: readonly number[]
  readonly peer: string
  readonly peerTimes: readonly number[]
  readonly limit?: Limit
  /** Whether the ratio says how many times faster it is than the peer, for rows without a limit. */
  readonly isFaster?: boolean
}

const perMillisecond = { ns: 1e6, µs: 1e3, ms: 1 } as const

/** A row of two series of times: medians, and the median of the ratios of each round. */
export function compared({ name, unit, times, peer, peerTimes, limit, isFaster }: Compared): Row {
  const faster = isFaster ?? (limit !== undefined && 'atLeast' in limit)
  const ratios = times.map((time, round) => {
    const other = peerTimes[round] ?? Number.NaN
    return faster ? other / time : time / other
  })
  return {
    name,
    unit,
    value: median(times) * perMillisecond[unit],
    peer,
    peerValue: median(peerTimes) * perMillisecond[unit],
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    ...(limit === undefined ? {} : { limit }),
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}
