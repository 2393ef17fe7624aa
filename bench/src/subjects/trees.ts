import type { Json, JsonObject } from 'trimtab'

/** A frozen tree with `fanOut` keys at each of its levels, a number at each leaf. */
export function numberTree(fanOut: readonly number[], first = 0): JsonObject {
  const [width = 0, ...deeper] = fanOut
  const leaves = deeper.reduce((product, each) => product * each, 1)
  const entries = Array.from({ length: width }, (_, index): [string, Json] => {
    const from = first + index * leaves
    return [
      `${deeper.length === 0 ? 'field' : 'section'}${index}`,
      deeper.length === 0 ? from : numberTree(deeper, from),
    ]
  })
  return Object.freeze(Object.fromEntries(entries))
}
