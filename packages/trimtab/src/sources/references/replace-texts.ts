import type { Segments } from '../../model/path.ts'
import { copyRecord, isJsonArray, isJsonObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'

export interface Replacement {
  readonly path: Segments
  readonly value: Json
}

/**
 * The tree with other values at some places, each of which exists and none of which is below another. Only what leads
 * to such a place is copied; without any, it is the tree itself.
 */
export function replaceTexts(tree: JsonObject, replacements: readonly Replacement[]): JsonObject {
  // An object stays one: no replacement is at the root, because the root is no text.
  return replaceBelow(tree, replacements, 0) as JsonObject
}

function replaceBelow(node: Json, replacements: readonly Replacement[], depth: number): Json {
  const [first] = replacements
  if (first === undefined) return node
  if (first.path.length === depth) return first.value
  const byKey = groupByKey(replacements, depth)
  if (isJsonArray(node)) {
    return Object.freeze(node.map((child, index) => replaceBelow(child, byKey.get(index) ?? [], depth + 1)))
  }
  if (!isJsonObject(node)) return node
  const copy = copyRecord(node)
  for (const [key, below] of byKey) {
    const child = ownValue(node, String(key))
    if (child !== undefined) copy[key] = replaceBelow(child, below, depth + 1)
  }
  return Object.freeze(copy)
}

function groupByKey(replacements: readonly Replacement[], depth: number): Map<string | number, Replacement[]> {
  const groups = new Map<string | number, Replacement[]>()
  for (const replacement of replacements) {
    const key = replacement.path[depth]
    if (key === undefined) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [replacement])
    else group.push(replacement)
  }
  return groups
}
