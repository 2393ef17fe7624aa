import type { JsonObject } from '../../primitives/json.ts'

/** Content that every source can give, frozen so that one which writes to what it is given is found out. */
export const sampleTrees = {
  empty: freezeTree({}),
  first: freezeTree({ name: 'checkout', pool: { max: 10, url: 'postgres://one' } }),
  second: freezeTree({ name: 'checkout', pool: { max: 20, url: 'postgres://one' } }),
} as const

/** The first with another number: for many changes in a row. */
export function sampleWithMax(max: number): JsonObject {
  return freezeTree({ name: 'checkout', pool: { max, url: 'postgres://one' } })
}

function freezeTree<T extends JsonObject>(tree: T): T {
  for (const child of Object.values(tree)) Object.freeze(child)
  return Object.freeze(tree)
}
