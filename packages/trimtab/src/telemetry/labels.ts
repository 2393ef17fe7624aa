/** What stands for everything beyond the limit. It can be neither a tenant nor the name of a check. */
const otherLabel = '_other'

/**
 * Gives each of the first `limit` values itself as its label, and `_other` to all that come later. A value that has been
 * given a label keeps it for ever, so that no series ever splits or moves, whoever comes and goes.
 */
export function createLabels(limit: number): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (value === otherLabel || known.size >= limit) return otherLabel
    known.add(value)
    return value
  }
}
