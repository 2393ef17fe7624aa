import { type Segments, valueAt } from '../../model/path.ts'
import { isPlainObject, type JsonObject } from '../../primitives/json.ts'
import { whyNotKey } from '../json-tree.ts'

/** Why nothing can be set at a place, as a phrase; undefined where it can. */
export function whyNotSettable(path: Segments): string | undefined {
  if (path.length === 0) return 'the root is no place to set: name a field'
  for (const segment of path) {
    if (typeof segment === 'number') return 'a list is set as a whole, not by its elements'
    const flaw = whyNotKey(segment)
    if (flaw !== undefined) return flaw.message
  }
  return undefined
}

/** The first place above `path` at which something else stands than an object. */
export function obstacleTo(tree: JsonObject, path: Segments): Segments | undefined {
  for (let length = 1; length < path.length; length += 1) {
    const above = path.slice(0, length)
    const value = valueAt(tree, above)
    if (value === undefined) return undefined
    if (!isPlainObject(value)) return above
  }
  return undefined
}
