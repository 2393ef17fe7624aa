import { isDeepStrictEqual } from 'node:util'
import { emptyRecord, isJsonObject, type Json, type JsonObject, ownValue } from '../../primitives/json.ts'
import type { ObjectShape, RecordShape, Shape } from '../../schema/shape.ts'

/**
 * The configured tree with every restart-only place as it runs. Objects and records are followed field by field and key
 * by key; an array, a union or a single value is one unit. Gives `configured` itself where nothing had to be pinned.
 */
export function pinRestartOnly(shape: ObjectShape, running: JsonObject, configured: JsonObject): JsonObject {
  const pinned = pin(shape, running, configured)
  // The root is an object on both sides, so the walk gives one.
  return (pinned ?? emptyRecord<Json>()) as JsonObject
}

function pin(shape: Shape, running: Json | undefined, configured: Json | undefined): Json | undefined {
  if (shape.marks.dynamic || running === configured) return configured
  const followed =
    shape.kind === 'object' || shape.kind === 'record' ? pinInside(shape, running, configured) : undefined
  if (followed !== undefined) return followed.value
  return isDeepStrictEqual(running, configured) ? configured : running
}

/** Undefined where one side is no object: then the place is a unit. */
function pinInside(
  shape: ObjectShape | RecordShape,
  running: Json | undefined,
  configured: Json | undefined,
): { readonly value: Json | undefined } | undefined {
  const before = asObject(running)
  const after = asObject(configured)
  if (before === undefined || after === undefined) return undefined

  const result = emptyRecord<Json>()
  let same = true
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const value = pinKey(shape, key, before, after)
    if (value !== ownValue(after, key)) same = false
    if (value !== undefined) result[key] = value
  }
  if (same) return { value: configured }
  // An object that is there only because it was looked into is not there.
  if (Object.keys(result).length === 0) return { value: running }
  return { value: Object.freeze(result) }
}

function pinKey(
  shape: ObjectShape | RecordShape,
  key: string,
  before: JsonObject,
  after: JsonObject,
): Json | undefined {
  const running = ownValue(before, key)
  const configured = ownValue(after, key)
  if (shape.kind === 'object') {
    const field = shape.fields.get(key) ?? shape.rest
    return field === undefined ? running : pin(field, running, configured)
  }
  // Which keys a restart-only record has is itself restart-only.
  if (running === undefined || configured === undefined) return shape.value.marks.dynamic ? configured : running
  return pin(shape.value, running, configured)
}

function asObject(value: Json | undefined): JsonObject | undefined {
  if (value === undefined) return emptyRecord<Json>()
  return isJsonObject(value) ? value : undefined
}
