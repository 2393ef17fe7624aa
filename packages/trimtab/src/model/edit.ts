import type { Json, JsonObject } from '../primitives/json.ts'
import { copyRecord, isJsonObject, ownValue, setOwn } from '../primitives/record.ts'
import type { Segments } from './path.ts'

/**
 * The tree with `value` at a place, objects made on the way where there are none. Everything beside the place is shared,
 * and what is new is frozen; `value` has to be frozen already. An array is set as a whole: a number among the segments
 * is taken as a key.
 */
export function setAt(tree: JsonObject, segments: Segments, value: Json): JsonObject {
  // A path to an object of at least one segment gives an object; without segments the value takes the tree's place.
  return put(tree, segments, 0, value) as JsonObject
}

/** The tree without what stands at a place; the very same tree where nothing does. */
export function removeAt(tree: JsonObject, segments: Segments): JsonObject {
  return without(tree, segments, 0)
}

function put(at: Json | undefined, segments: Segments, level: number, value: Json): Json {
  const segment = segments[level]
  if (segment === undefined) return value
  const key = String(segment)
  const copy: Record<string, Json> = isJsonObject(at) ? copyRecord(at) : {}
  setOwn(copy, key, put(isJsonObject(at) ? ownValue(at, key) : undefined, segments, level + 1, value))
  return Object.freeze(copy)
}

function without(at: JsonObject, segments: Segments, level: number): JsonObject {
  const key = String(segments[level])
  const child = ownValue(at, key)
  if (child === undefined) return at
  const isLast = level === segments.length - 1
  if (!isLast && !isJsonObject(child)) return at
  const left = isLast || !isJsonObject(child) ? undefined : without(child, segments, level + 1)
  if (left === child) return at
  const copy = copyRecord(at)
  if (left === undefined) delete copy[key]
  else setOwn(copy, key, left)
  return Object.freeze(copy)
}
