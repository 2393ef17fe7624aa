import type { Segments } from '../../model/path.ts'
import { isJsonArray, type Json, type JsonObject } from '../../primitives/json.ts'
import { type Part, parseReferences } from './parse-references.ts'

/** A text that is not taken as it stands: it holds a reference, or an escape. */
export interface FoundText {
  readonly path: Segments
  readonly parts: readonly Part[]
}

const none: readonly FoundText[] = []

/**
 * Finds the texts of a tree that are not taken as they stand, in the order of the tree. Keys are never looked at. What
 * was found in a subtree is remembered with it: trees are frozen, and most of one is shared with the one before it.
 */
export function createReferenceFinder(schemes: ReadonlySet<string>): (tree: JsonObject) => readonly FoundText[] {
  const known = new WeakMap<object, readonly FoundText[]>()

  const inText = (text: string): readonly FoundText[] => {
    if (!text.includes('${')) return none
    const parts = parseReferences(text, schemes)
    const [only] = parts
    const isPlain = parts.length === 1 && only?.kind === 'text' && only.text === text
    return isPlain ? none : [{ path: [], parts }]
  }
  const inValue = (value: Json): readonly FoundText[] => {
    if (typeof value === 'string') return inText(value)
    if (typeof value !== 'object' || value === null) return none
    let found = known.get(value)
    if (found === undefined) {
      const children: FoundText[] = []
      const collect = (key: string | number, child: Json) => {
        for (const { path, parts } of inValue(child)) children.push({ path: [key, ...path], parts })
      }
      if (isJsonArray(value)) value.forEach((child, index) => collect(index, child))
      else for (const [key, child] of Object.entries(value)) collect(key, child)
      found = children.length === 0 ? none : children
      known.set(value, found)
    }
    return found
  }
  return inValue
}
