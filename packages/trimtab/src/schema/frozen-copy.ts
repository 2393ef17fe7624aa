import { emptyRecord, isPlainObject } from '../primitives/json.ts'

/**
 * A deeply frozen copy of JSON-like data, so that nobody's own objects are frozen. What is no plain data stays what it
 * is: validation refuses it.
 */
export function frozenCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy))
  if (!isPlainObject(value)) return value
  const copy = Object.getPrototypeOf(value) === null ? emptyRecord<unknown>() : {}
  for (const [key, child] of Object.entries(value)) {
    Object.defineProperty(copy, key, { value: frozenCopy(child), enumerable: true, configurable: true, writable: true })
  }
  return Object.freeze(copy)
}
