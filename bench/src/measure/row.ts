export type Unit = 'ns' | 'µs' | 'ms' | '/s' | 'MB' | 'bytes' | 'connections' | 'left'

/** How a ratio is judged: at most so much of the peer's cost, or at least so many times faster than the peer. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number }

/** One figure, and beside it the floor or the peer without which it says nothing. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  readonly value: number
  readonly peer: string
  readonly peerValue: number
  readonly ratio: number
  /** Between which ratios the middle half of the rounds lies; absent where there was one round. */
  readonly spread?: readonly [number, number]
  /** Absent for a figure that is listed beside a bar and is none. */
  readonly limit?: Limit
}

/** What `--json` prints for one bar. */
export interface BarLine {
  readonly bar: string
  readonly ratio: number
  readonly limit: number
  readonly ok: boolean
  readonly atLeast?: true
  readonly value: number
  readonly unit: Unit
  readonly peer: string
  readonly peerValue: number
}

export function isMet({ ratio, limit }: Row): boolean {
  if (limit === undefined) return true
  return 'atMost' in limit ? ratio <= limit.atMost : ratio >= limit.atLeast
}

/** The line of a bar; undefined for a row that is only listed. */
export function barLine(row: Row): BarLine | undefined {
  const { name, limit, ratio, value, unit, peer, peerValue } = row
  if (limit === undefined) return undefined
  const judged =
    'atMost' in limit
      ? { limit: limit.atMost, ok: isMet(row) }
      : { limit: limit.atLeast, ok: isMet(row), atLeast: true as const }
  return {
    bar: name,
    ratio: rounded(ratio),
    ...judged,
    value: rounded(value),
    unit,
    peer,
    peerValue: rounded(peerValue),
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
