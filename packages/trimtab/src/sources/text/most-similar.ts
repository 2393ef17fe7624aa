/**
 * The text of `candidates` that a person most probably meant: within one slip for every three characters, the first of
 * equals. Undefined where none is similar.
 */
export function mostSimilar(text: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.ceil(text.length / 3)) + 1
  for (const candidate of candidates) {
    const slips = slipsBetween(text.toLowerCase(), candidate.toLowerCase(), least)
    if (slips < least) {
      best = candidate
      least = slips
    }
  }
  return best
}

/** Insertions, deletions and replacements that lead from one to the other; `limit` as soon as there are that many. */
function slipsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    if (Math.min(...next) >= limit) return limit
    row = next
  }
  return row.at(-1) ?? limit
}
