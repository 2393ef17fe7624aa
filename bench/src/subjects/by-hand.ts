import type { Json, JsonObject } from 'trimtab'

/** What somebody would write who knows the place: a copy of each object on the way, frozen. */
export function pathCopy(
  tree: JsonObject,
  [section, part, field]: readonly [string, string, string],
  value: Json,
): JsonObject {
  // The trees that are measured have objects there.
  const outer = tree[section] as JsonObject
  const inner = outer[part] as JsonObject
  const copy = Object.freeze({ ...inner, [field]: value })
  return Object.freeze({ ...tree, [section]: Object.freeze({ ...outer, [part]: copy }) })
}

/** How many leaves differ, key by key: the least that has to be done to know what changed in a tree that was read again. */
export function comparingWalk(previous: Json | undefined, next: Json | undefined): number {
  if (previous === next) return 0
  if (!isObject(previous) || !isObject(next)) return 1
  let differing = 0
  const keys = Object.keys(next)
  for (const key of keys) differing += comparingWalk(previous[key], next[key])
  for (const key of Object.keys(previous)) if (!Object.hasOwn(next, key)) differing += 1
  return differing
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
