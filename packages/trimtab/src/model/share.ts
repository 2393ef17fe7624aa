import {
  copyRecord,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonArray,
  type JsonObject,
  ownValue,
} from '../primitives/json.ts'

/**
 * Gives a deeply frozen tree with the content of `fresh`, in which every part that is equal to the one at the same place
 * of `previous` is that very object: a tree without a change gives `previous` itself. The order of keys is no difference,
 * that of elements is.
 *
 * Takes ownership of `fresh`: it is frozen, and parts of it are replaced, in place. Only what is frozen already is copied
 * instead, where a part of it has to be replaced. `previous` has to be deeply frozen.
 */
export function adopt<T extends Json>(fresh: T, previous?: Json): T {
  // Every part is replaced by an equal one only, so that what comes out is of the type that went in.
  return adoptValue(fresh, previous) as T
}

function adoptValue(fresh: Json, previous: Json | undefined): Json {
  if (fresh === previous || typeof fresh !== 'object' || fresh === null) return fresh
  if (isJsonArray(fresh)) return adoptArray(fresh, isJsonArray(previous) ? previous : undefined)
  return adoptObject(fresh, isJsonObject(previous) ? previous : undefined)
}

function adoptObject(fresh: JsonObject, previous: JsonObject | undefined): JsonObject {
  const keys = Object.keys(fresh)
  const previousKeys = previous === undefined ? [] : Object.keys(previous)
  let isEqual = previous !== undefined && keys.length === previousKeys.length
  // Sparse, and only made when there is something to replace: leaves never are.
  let replacements: (Json | undefined)[] | undefined
  // Counted by hand: this loop is what reading an unchanged configuration again costs.
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string // within the list
    const value = fresh[key] as Json // one of its own keys
    const before = previous && (previousKeys[index] === key ? previous[key] : ownValue(previous, key))
    if (value === before) continue
    const child = adoptValue(value, before)
    if (child !== before) isEqual = false
    if (child !== value) (replacements ??= [])[index] = child
  }
  if (isEqual && previous !== undefined) return previous
  if (replacements === undefined) return Object.freeze(fresh)
  // Owned, as promised above, so that what is not frozen may be written to.
  const target = Object.isFrozen(fresh) ? copyRecord(fresh) : (fresh as Record<string, Json>)
  for (const [index, child] of replacements.entries()) {
    const key = keys[index]
    if (child !== undefined && key !== undefined) target[key] = child
  }
  return Object.freeze(target)
}

function adoptArray(fresh: JsonArray, previous: JsonArray | undefined): JsonArray {
  let isEqual = fresh.length === previous?.length
  let target: Json[] | undefined
  for (const [index, value] of fresh.entries()) {
    const before = previous?.[index]
    if (value === before) continue
    const child = adoptValue(value, before)
    if (child !== before) isEqual = false
    if (child === value) continue
    // As for objects.
    target ??= Object.isFrozen(fresh) ? [...fresh] : (fresh as Json[])
    target[index] = child
  }
  if (isEqual && previous !== undefined) return previous
  return Object.freeze(target ?? fresh)
}

/** The same content deeply frozen, without touching `value`: what is deeply frozen already is given as it is. */
export function frozenCopy<T extends Json>(value: T): T {
  // A copy has the type of what it is a copy of.
  return copyFrozen(value) as T
}

function copyFrozen(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isJsonArray(value)) {
    const copy = value.map(copyFrozen)
    return Object.isFrozen(value) && copy.every((child, index) => child === value[index]) ? value : Object.freeze(copy)
  }
  const copy = copyRecord(value)
  let isSame = Object.isFrozen(value)
  for (const [key, child] of Object.entries(value)) {
    const frozen = copyFrozen(child)
    if (frozen === child) continue
    isSame = false
    copy[key] = frozen
  }
  return isSame ? value : Object.freeze(copy)
}
