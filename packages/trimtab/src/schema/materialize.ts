import { isSecret } from '../model/secrecy/secret.ts'
import { emptyRecord, isPlainObject, type Json, type JsonObject } from '../primitives/json.ts'
import { optionOf } from './check/option-of.ts'
import type { ArrayShape, ObjectShape, RecordShape, Shape } from './shape.ts'

/** A configuration as readers hold it, and what it was made of. */
export interface Materialized {
  readonly config: object
  readonly input: JsonObject
}

/**
 * Makes what readers hold of what zod gave: deeply frozen, every object of one place with the same hidden class, records
 * without a prototype. Whatever is equal to `previous` is the very object of `previous`, so that `===` says "unchanged".
 * A value whose input did not change is kept as it is, whatever a transform made of it this time.
 */
export function materialize(shape: ObjectShape, output: unknown, input: JsonObject, previous?: Materialized): object {
  const before = previous && { value: previous.config, input: previous.input }
  // The output of an object is an object.
  return inShape(shape, output, input, before) as object
}

/** Nothing is known of what a value was made of: a default of the whole stood there, not what is inside it. */
const unknownInput = Symbol('unknown input')

/** A value of the previous configuration, and the input it was made of: undefined where nothing was written. */
interface Before {
  readonly value: unknown
  readonly input: Json | undefined | typeof unknownInput
}

function inShape(shape: Shape, output: unknown, input: Json | undefined, before: Before | undefined): unknown {
  // Layers are merged with sharing: what did not change is usually the same object.
  if (before !== undefined && input === before.input) return before.value
  if (shape.transformed === true || shape.kind === 'leaf' || isSecret(output)) return asOne(output, input, before)
  switch (shape.kind) {
    case 'object':
      return isPlainObject(output) ? objectOf(shape, output, input, before) : asOne(output, input, before)
    case 'record':
      return isPlainObject(output) ? recordOf(shape, output, input, before) : asOne(output, input, before)
    case 'array':
      return Array.isArray(output) ? listOf(shape, output, input, before) : asOne(output, input, before)
    case 'union': {
      const option = optionOf(shape, output)
      if (option === undefined) return asOne(output, input, before)
      // Another option has other defaults, although the same may be written.
      return inShape(option, output, input, option === optionOf(shape, before?.value) ? before : undefined)
    }
    default:
      return shape satisfies never
  }
}

function objectOf(
  shape: ObjectShape,
  output: Record<string, unknown>,
  input: Json | undefined,
  before: Before | undefined,
): unknown {
  const previous = objectIn(before)
  const values: unknown[] = []
  let same = previous !== undefined
  for (const [key, field] of shape.fields) {
    const value = inShape(field, own(output, key), written(input, key), childBefore(before, previous, key, input))
    values.push(value)
    if (same && !(value === own(previous, key) && hasKey(previous, key))) same = false
  }
  const others = shape.rest === undefined ? [] : Object.keys(output).filter((key) => !shape.fields.has(key))
  if (others.length === 0) {
    return same && keyCount(previous) === values.length ? previous : Object.freeze(shape.construct(values))
  }

  const object: object = shape.construct(values)
  for (const key of others) {
    const value = inShape(
      shape.rest ?? shape,
      output[key],
      written(input, key),
      childBefore(before, previous, key, input),
    )
    if (same && value !== own(previous, key)) same = false
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return same && keyCount(previous) === values.length + others.length ? previous : Object.freeze(object)
}

function recordOf(
  shape: RecordShape,
  output: Record<string, unknown>,
  input: Json | undefined,
  before: Before | undefined,
): unknown {
  const previous = objectIn(before)
  const keys = Object.keys(output)
  const record = emptyRecord<unknown>()
  let same = previous !== undefined && keyCount(previous) === keys.length
  for (const key of keys) {
    const value = inShape(shape.value, output[key], written(input, key), childBefore(before, previous, key, input))
    record[key] = value
    if (same && !(value === own(previous, key) && hasKey(previous, key))) same = false
  }
  return same ? previous : Object.freeze(record)
}

function listOf(
  shape: ArrayShape,
  output: readonly unknown[],
  input: Json | undefined,
  before: Before | undefined,
): unknown {
  const previous: readonly unknown[] | undefined = Array.isArray(before?.value) ? before.value : undefined
  const now: readonly Json[] | undefined = Array.isArray(input) ? input : undefined
  const writtenBefore: readonly Json[] | undefined = Array.isArray(before?.input) ? before.input : undefined
  const list = output.map((value, index) => {
    const elementBefore: Before | undefined =
      previous === undefined || index >= previous.length
        ? undefined
        : { value: previous[index], input: now && writtenBefore ? writtenBefore[index] : unknownInput }
    return inShape(shape.items?.[index] ?? shape.element, value, now?.[index], elementBefore)
  })
  const same = previous?.length === list.length && list.every((value, index) => value === previous[index])
  return same ? previous : Object.freeze(list)
}

/** A value without a shape of its own: it is the previous one where it was written, or came out, the same. */
function asOne(output: unknown, input: Json | undefined, before: Before | undefined): unknown {
  if (before === undefined) return shared(output, undefined)
  if (before.input !== unknownInput && isSameJson(input, before.input)) return before.value
  return shared(output, before.value)
}

/** A deeply frozen copy that shares with `previous` whatever is equal. */
function shared(value: unknown, previous: unknown): unknown {
  if (isSecret(value)) return isSecret(previous) && previous.equals(value) ? previous : value
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(previous) ? previous : []
    const list = value.map((child, index) => shared(child, before[index]))
    const same =
      Array.isArray(previous) && before.length === list.length && list.every((child, i) => child === before[i])
    return same ? previous : Object.freeze(list)
  }
  if (!isPlainObject(value)) return value
  const before = isPlainObject(previous) ? previous : undefined
  const copy: object = Object.getPrototypeOf(value) === null ? emptyRecord<unknown>() : {}
  let same = before !== undefined && keyCount(before) === keyCount(value)
  for (const [key, child] of Object.entries(value)) {
    const kept = shared(child, own(before, key))
    Object.defineProperty(copy, key, { value: kept, enumerable: true, configurable: true, writable: true })
    if (same && !(kept === own(before, key) && hasKey(before, key))) same = false
  }
  return same ? previous : Object.freeze(copy)
}

function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((child, index) => isSameJson(child, b[index]))
  }
  if (!isPlainObject(a) || !isPlainObject(b) || keyCount(a) !== keyCount(b)) return false
  // Plain objects in trees of JSON hold JSON.
  return Object.keys(a).every((key) => hasKey(b, key) && isSameJson(a[key] as Json, b[key] as Json))
}

function childBefore(
  before: Before | undefined,
  previous: object | undefined,
  key: string,
  input: Json | undefined,
): Before | undefined {
  if (!hasKey(previous, key)) return undefined
  const areWritten = isPlainObject(input) && isPlainObject(before?.input)
  // What is inside a plain object of a tree of JSON is JSON.
  return { value: own(previous, key), input: areWritten ? (own(before.input, key) as Json | undefined) : unknownInput }
}

function objectIn(before: Before | undefined): Record<string, unknown> | undefined {
  return isPlainObject(before?.value) ? before.value : undefined
}

/** An own property: a field may be called like something that every object inherits. */
function own(object: unknown, key: string): unknown {
  return hasKey(object, key) ? Reflect.get(object, key) : undefined
}

function written(input: Json | undefined, key: string): Json | undefined {
  // What is inside a tree of JSON is JSON.
  return own(input, key) as Json | undefined
}

function hasKey(object: unknown, key: string): object is object {
  return typeof object === 'object' && object !== null && Object.hasOwn(object, key)
}

function keyCount(object: object | undefined): number {
  return object === undefined ? 0 : Object.keys(object).length
}
