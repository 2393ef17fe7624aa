import {
  copyRecord,
  differingEntries,
  isJsonObject,
  type Json,
  type JsonObject,
  ownValue,
  setOwn,
} from '../primitives/json.ts'

/** A merge and what it was made from, so that the next one walks only where the inputs are other objects. */
export interface MergeState {
  /** Lowest first, as they were given. */
  readonly inputs: readonly JsonObject[]
  readonly tree: JsonObject
}

/**
 * Merges trees, the last wins: objects key by key, arrays and everything else as a whole. `false`, `0`, `''` and `null`
 * are values like any other; a place is left to the lower trees only where it is absent.
 *
 * The trees have to be deeply frozen, and so is the result, which consists of parts of them wherever one alone decides.
 * With the state of an earlier merge, everything below a place at which all inputs are the same objects as then is taken
 * from its result: the cost follows the size of the change.
 *
 * Trees may be merged in groups: `merge(merge(a, b), c)` is `merge(a, b, c)` always, and so is `merge(a, merge(b, c))`
 * unless `b` puts something else in the place of an object of `a` and `c` an object in the place of that: a merged tree
 * does not remember what it replaced.
 */
export function mergeTrees(trees: readonly JsonObject[], previous?: MergeState): MergeState {
  if (previous !== undefined && isSameList(trees, previous.inputs)) return previous
  const earlier = previous && { stack: previous.inputs.toReversed(), merged: previous.tree }
  return { inputs: [...trees], tree: mergeStack(trees.toReversed(), earlier) }
}

/** The objects that make up one place, highest first: nothing else stands between them. */
type Stack = readonly JsonObject[]

/** An earlier stack of the same place, and what it gave. */
interface Earlier {
  readonly stack: Stack
  readonly merged: JsonObject
}

function mergeStack(stack: Stack, earlier: Earlier | undefined): JsonObject {
  if (stack.length < 2) return stack[0] ?? Object.freeze({})
  if (earlier === undefined) return rebuild(stack, undefined)
  if (isSameList(stack, earlier.stack)) return earlier.merged
  const keys = changedKeys(stack, earlier.stack)
  return keys === undefined ? rebuild(stack, earlier) : edit(stack, earlier, keys)
}

/** The keys whose values are other ones; undefined where an object came, went, or has other keys. */
function changedKeys(stack: Stack, earlier: Stack): readonly string[] | undefined {
  if (stack.length !== earlier.length) return undefined
  let changed: readonly string[] = []
  for (let level = 0; level < stack.length; level += 1) {
    const now = stack[level]
    const before = earlier[level]
    if (now === before || now === undefined || before === undefined) continue
    const keys = differingEntries(before, now)?.map(({ key }) => key)
    if (keys === undefined) return undefined
    changed = changed.length === 0 ? keys : [...new Set([...changed, ...keys])]
  }
  return changed
}

function edit(stack: Stack, earlier: Earlier, keys: readonly string[]): JsonObject {
  const { merged } = earlier
  const lowest = stack.at(-1)
  // What was the lowest object itself, because the higher ones added nothing, may be that again.
  let isLowest = lowest !== undefined && merged === earlier.stack.at(-1)
  let edited: Record<string, Json> | undefined
  for (const key of keys) {
    const value = mergeAt(stack, key, earlier)
    if (isLowest && value !== lowest?.[key]) isLowest = false
    if (value === merged[key]) continue
    edited ??= copyRecord(merged)
    edited[key] = value
  }
  if (edited === undefined) return merged
  return isLowest && lowest !== undefined ? lowest : Object.freeze(edited)
}

/** Keys keep the order in which they appear from the lowest object to the highest. */
function rebuild(stack: Stack, earlier: Earlier | undefined): JsonObject {
  const [lowest = Object.freeze({}), ...higher] = stack.toReversed()
  let merged: Record<string, Json> | undefined
  for (const [level, object] of higher.entries()) {
    for (const key of Object.keys(object)) {
      if (level > 0 && isMergedBefore(higher, level, key)) continue
      const value = mergeAt(stack, key, earlier)
      if (value === ownValue(merged ?? lowest, key)) continue
      merged ??= copyRecord(lowest)
      setOwn(merged, key, value)
    }
  }
  if (merged === undefined) return lowest
  if (earlier !== undefined && differingEntries(earlier.merged, merged)?.length === 0) return earlier.merged
  return Object.freeze(merged)
}

function isMergedBefore(higher: Stack, level: number, key: string): boolean {
  for (let lower = 0; lower < level; lower += 1) if (Object.hasOwn(higher[lower] ?? {}, key)) return true
  return false
}

/** The merged value of a key that at least one object of the stack has. */
function mergeAt(stack: Stack, key: string, earlier: Earlier | undefined): Json {
  const objects: JsonObject[] = []
  for (const object of stack) {
    const value = ownValue(object, key)
    if (value === undefined) continue
    if (isJsonObject(value)) objects.push(value)
    else if (objects.length === 0) return value
    else break
  }
  return mergeStack(objects, objects.length < 2 ? undefined : earlierAt(earlier, key))
}

function earlierAt(earlier: Earlier | undefined, key: string): Earlier | undefined {
  const merged = earlier && ownValue(earlier.merged, key)
  if (earlier === undefined || !isJsonObject(merged)) return undefined
  const stack: JsonObject[] = []
  for (const object of earlier.stack) {
    const value = ownValue(object, key)
    if (isJsonObject(value)) stack.push(value)
    else if (value !== undefined) break
  }
  return { stack, merged }
}

function isSameList(a: readonly JsonObject[], b: readonly JsonObject[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false
  return true
}
