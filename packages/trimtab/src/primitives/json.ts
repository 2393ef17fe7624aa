/** What every format can carry. Numbers are finite; trees handed out are frozen. */
export type Json = null | boolean | number | string | JsonArray | JsonObject
export type JsonArray = readonly Json[]
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
  // Object.create is typed `any`; an object without properties is a record of anything.
  return Object.create(null) as Record<string, T>
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
