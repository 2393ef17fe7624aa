/** What every format can carry. Numbers are finite; trees handed out are frozen. */
export type Json = null | boolean | number | string | JsonArray | JsonObject
/** A list of JSON values. */
export type JsonArray = readonly Json[]
/** An object of JSON values. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** True for a plain or null-prototype object: not for arrays, class instances or functions. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** An object without a prototype, safe for keys that somebody else chose. */
export function emptyRecord<T>(): Record<string, T> {
  // Unlike Object.create(null), an object that lost its prototype is in V8's fast form while it has fewer than 20 keys:
  // listing, comparing and copying take a tenth of the time.
  const record: Record<string, T> = {}
  Object.setPrototypeOf(record, null)
  return record
}

/** Sorts text by code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A copy that shares nothing with `value`. */
export function cloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(cloneJson)
  if (typeof value !== 'object' || value === null) return value
  const copy = emptyRecord<Json>()
  for (const [key, child] of Object.entries(value)) copy[key] = cloneJson(child)
  return copy
}

/** The name of a value's JSON type, for messages that must not show the value. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return typeof value
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonArray(value: Json | undefined): value is JsonArray {
  return Array.isArray(value)
}

/** The value of an own property; what every object inherits (`constructor`, `toString`) is no value. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** A copy of the own properties that may be changed, with the same prototype: plain or none. */
export function copyRecord<T>(source: Readonly<Record<string, T>>): Record<string, T> {
  if (Object.getPrototypeOf(source) !== null) return { ...source }
  return Object.assign(emptyRecord<T>(), source)
}

/** Sets an own property, also where the key is an inherited name: assigning `__proto__` would not make one. */
export function setOwn<T>(record: Record<string, T>, key: string, value: T): void {
  if (key in record && !Object.hasOwn(record, key)) {
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    record[key] = value
  }
}

/** A key under which two objects have values that are not identical, and those values. */
export interface DifferingEntry<T> {
  readonly key: string
  readonly before: T
  readonly after: T
}

/** What differs between two objects; undefined where their keys are not the same in the same order. */
export function differingEntries<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
): readonly DifferingEntry<T>[] | undefined {
  const keys = Object.keys(before)
  // In V8's fast form, values are had most quickly by listing those of one object and walking the other one; in the slow
  // form, in which a wide object without a prototype is, by looking each of them up.
  const isQuick = keys.length <= quickKeys || Object.getPrototypeOf(before) !== null
  return isQuick ? byWalk(keys, Object.values(before), after) : byLookup(keys, before, after)
}

/** How many keys an object without a prototype may have to be in the fast form. */
const quickKeys = 19
const none: readonly never[] = []

function byWalk<T>(
  keys: readonly string[],
  values: readonly T[],
  after: Readonly<Record<string, T>>,
): readonly DifferingEntry<T>[] | undefined {
  let differing: DifferingEntry<T>[] | undefined
  let index = 0
  for (const key in after) {
    if (key !== keys[index]) return undefined
    const value = after[key] as T // one of its own keys
    const other = values[index] as T // within the list
    if (value !== other) {
      const entry = { key, before: other, after: value }
      // A list that is made with its first element has no room to spare: mostly that is the only one.
      if (differing === undefined) differing = [entry]
      else differing.push(entry)
    }
    index += 1
  }
  return index === keys.length ? (differing ?? none) : undefined
}

function byLookup<T>(
  keys: readonly string[],
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
): readonly DifferingEntry<T>[] | undefined {
  const others = Object.keys(after)
  if (keys.length !== others.length) return undefined
  for (let index = 0; index < keys.length; index += 1) if (keys[index] !== others[index]) return undefined
  // Each of them is a key of both.
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => ({ key, before: before[key] as T, after: after[key] as T }))
}
