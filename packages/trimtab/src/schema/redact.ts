import { redacted } from '../model/secrecy/secret.ts'
import { emptyRecord, isPlainObject, type Json } from '../primitives/json.ts'
import { type Shape, shapesAt } from './shape.ts'

/** How a value at a place that the schema does not know is printed: a misspelt password is a password. */
export const unknownValue = '[unknown]'

/**
 * A written or resolved tree for printing: `[secret]` at every secret place, `[unknown]` at every place that the schema
 * does not know. Below a union whatever any of its options calls a secret is one.
 */
export function redactWritten(shape: Shape, tree: Json): Json {
  return redact(shapesAt(shape, []), tree)
}

function redact(shapes: readonly Shape[], value: Json): Json {
  if (shapes.length === 0) return unknownValue
  if (shapes.some((shape) => shape.marks.secret)) return redacted
  if (Array.isArray(value)) {
    const below = shapes.filter((shape) => shape.kind !== 'leaf')
    return below.length === 0 ? value : value.map((child: Json, index) => redact(shapesBelow(below, index), child))
  }
  if (!isPlainObject(value)) {
    // A text where an object is expected can be the secret that belongs inside it.
    return value === null || shapes.some((shape) => shape.kind === 'leaf') ? value : unknownValue
  }
  const below = shapes.filter((shape) => shape.kind !== 'leaf')
  if (below.length === 0) return value
  const copy = emptyRecord<Json>()
  // A plain object inside a tree of JSON holds JSON.
  for (const [key, child] of Object.entries(value)) copy[key] = redact(shapesBelow(below, key), child)
  return copy
}

function shapesBelow(shapes: readonly Shape[], segment: string | number): readonly Shape[] {
  return shapes.flatMap((shape) => shapesAt(shape, [segment]))
}
