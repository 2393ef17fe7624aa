/** The known name that was most likely meant; undefined where none is near. Case, `_` and `-` count for nothing. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const folded = fold(written)
  let nearest: string | undefined
  // A third of the letters may be wrong; in short names one.
  let least = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const name of known) {
    const candidate = fold(name)
    const distance = editDistance(folded, candidate, least)
    // A name of which nothing is left was not meant.
    if (distance < least && distance < Math.min(folded.length, candidate.length)) [nearest, least] = [name, distance]
  }
  return nearest
}

/**
 * How many letters have to be added, left out, replaced or swapped with their neighbour to make `b` of `a`. Gives `limit`
 * where it is that many or more.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) best = Math.min(best, at(beforeLast, j - 2) + 1)
      row.push(best)
    }
    if (Math.min(...row) >= limit) return limit
    beforeLast = last
    last = row
  }
  return Math.min(limit, at(last, b.length))
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}

function fold(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase()
}
