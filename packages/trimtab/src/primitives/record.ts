import type { Json, JsonArray, JsonObject } from './json.ts'

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
  const copy = { ...source }
  // Spread first: V8 keeps such a copy in its fast form, and one filled key by key into Object.create(null) not.
  if (Object.getPrototypeOf(source) === null) Object.setPrototypeOf(copy, null)
  return copy
}

/** Sets an own property, also where the key is an inherited name: assigning `__proto__` would not make one. */
export function setOwn<T>(record: Record<string, T>, key: string, value: T): void {
  if (key in record && !Object.hasOwn(record, key)) {
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    record[key] = value
  }
}
