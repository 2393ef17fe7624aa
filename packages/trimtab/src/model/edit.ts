import { TrimtabError } from '../errors/trimtab-error.ts'
import {
  copyRecord,
  emptyRecord,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonArray,
  type JsonObject,
  ownValue,
  setOwn,
} from '../primitives/json.ts'
import { printPath, type Segments } from './path.ts'
import { adopt, frozenCopy } from './share.ts'

/**
 * The frozen tree with `value` at a place; the same tree when an equal value stands there already. Everything beside the
 * place is shared, objects are made on the way where there are none, and what is no object makes way. A number is an
 * element of an array that is there, or the one after its last; `option_invalid` where it is not.
 *
 * `value` is not touched: it is copied unless it is frozen.
 */
export function setAt(tree: JsonObject, path: Segments, value: Json): JsonObject {
  const edited = put(tree, path, 0, frozenCopy(value))
  if (isJsonObject(edited)) return edited
  throw new TrimtabError('option_invalid', 'A configuration is an object: nothing else can be set at its root.')
}

/**
 * The frozen tree without what stands at a place; the same tree where nothing does. An object that loses its last key
 * stays, empty; the elements after one that is removed move up.
 */
export function removeAt(tree: JsonObject, path: Segments): JsonObject {
  const edited = without(tree, path, 0)
  return isJsonObject(edited) ? edited : Object.freeze(emptyRecord<Json>())
}

function put(at: Json | undefined, path: Segments, level: number, value: Json): Json {
  const segment = path[level]
  if (segment === undefined) return adopt(value, at)
  if (typeof segment === 'number') {
    const array = isJsonArray(at) ? at : undefined
    if (array === undefined || segment > array.length) throw noElement(path, level)
    return withElement(array, segment, put(array[segment], path, level + 1, value))
  }
  const object = isJsonObject(at) ? at : undefined
  return withEntry(object, segment, put(object && ownValue(object, segment), path, level + 1, value))
}

function without(at: Json, path: Segments, level: number): Json | undefined {
  const segment = path[level]
  if (segment === undefined) return undefined
  if (typeof segment === 'number') {
    const child = isJsonArray(at) ? at[segment] : undefined
    if (!isJsonArray(at) || child === undefined) return at
    const left = without(child, path, level + 1)
    return left === undefined ? Object.freeze(at.toSpliced(segment, 1)) : withElement(at, segment, left)
  }
  const child = isJsonObject(at) ? ownValue(at, segment) : undefined
  if (!isJsonObject(at) || child === undefined) return at
  const left = without(child, path, level + 1)
  if (left !== undefined) return withEntry(at, segment, left)
  const copy = copyRecord(at)
  delete copy[segment]
  return Object.freeze(copy)
}

function withElement(array: JsonArray, index: number, value: Json): JsonArray {
  if (array[index] === value) return array
  const copy = [...array]
  copy[index] = value
  return Object.freeze(copy)
}

function withEntry(object: JsonObject | undefined, key: string, value: Json): JsonObject {
  if (object !== undefined && ownValue(object, key) === value) return object
  const copy = object === undefined ? emptyRecord<Json>() : copyRecord(object)
  setOwn(copy, key, value)
  return Object.freeze(copy)
}

function noElement(path: Segments, level: number): TrimtabError {
  const list = printPath(path.slice(0, level))
  const what = list === '' ? 'the configuration is no list' : `${list} is no list that reaches so far`
  return new TrimtabError(
    'option_invalid',
    `There is no place ${printPath(path)} to set: ${what}. Set the list as a whole.`,
  )
}
