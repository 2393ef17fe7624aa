import { childPath, type Path, printPath, type Segments } from '../../model/path.ts'
import { isJsonObject, type Json } from '../../primitives/json.ts'

/** A value that is stored as one: a list, an empty object, or anything that is no object. */
export interface Leaf {
  readonly path: Path
  readonly segments: Segments
  readonly value: Json
}

/** The leaves of what stands at a place. The root itself is none: an empty scope has no leaves. */
export function leavesOf(value: Json, at: Segments = []): readonly Leaf[] {
  const leaves: Leaf[] = []
  const walk = (inner: Json, segments: Segments, path: Path) => {
    if (!isJsonObject(inner)) {
      leaves.push({ path, segments, value: inner })
      return
    }
    const keys = Object.keys(inner)
    if (keys.length === 0 && segments.length > 0) leaves.push({ path, segments, value: inner })
    // Each is one of its own keys.
    for (const key of keys) walk(inner[key] as Json, [...segments, key], childPath(path, key))
  }
  walk(value, at, printPath(at))
  return leaves
}
