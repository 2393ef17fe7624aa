import { isJsonObject, type Json } from '../../primitives/json.ts'
import type { Overlay } from '../../tenancy/overlay/overlay.ts'

/** How many values of its own a tenant has. */
export type EntryCounts = (overlay: Overlay | undefined) => number

/** Each overlay is counted when somebody first collects, and costs nothing where nobody does. */
export function createEntryCounts(): EntryCounts {
  const known = new WeakMap<Overlay, number>()
  return (overlay) => {
    if (overlay === undefined) return 0
    const entries = known.get(overlay) ?? leavesIn(overlay.tree)
    known.set(overlay, entries)
    return entries
  }
}

/** As a store has them: a list, an empty object, or anything that is no object. */
function leavesIn(tree: Json): number {
  let leaves = 0
  const waiting: Json[] = [tree]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const children = isJsonObject(value) ? Object.values(value) : []
    if (children.length > 0) waiting.push(...children.filter((child) => child !== undefined))
    else if (value !== tree) leaves += 1
  }
  return leaves
}
