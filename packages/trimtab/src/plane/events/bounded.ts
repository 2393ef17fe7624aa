/** How many entries of a list an event holds: what is longer says how long it is. */
export const longestList = 100

export function bounded<T>(list: Iterable<T>): readonly T[] {
  const first: T[] = []
  for (const each of list) {
    if (first.length === longestList) break
    first.push(each)
  }
  return first
}

/** A wall time as events show it. */
export function momentOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
