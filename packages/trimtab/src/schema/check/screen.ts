import { type Segments, pathLimits, printPath } from '../../model/path.ts'
import { emptyRecord, isPlainObject, type Json, type JsonObject, typeName } from '../../primitives/json.ts'
import { isPrototypeKey, whyNotRecordKey } from './names.ts'
import type { Problem, ProblemCode } from '../problem.ts'
import type { ObjectShape, Shape } from '../shape.ts'
import type { ValidationContext } from '../validation.ts'
import { narrow } from './narrow.ts'
import { unknownKeyProblem } from './unknown-key.ts'

export interface Screened {
  /** The tree without what is reported; the same object where nothing is. */
  readonly tree: JsonObject
  readonly problems: readonly Problem[]
}

/**
 * Looks through a tree before zod does: for keys that the schema does not know, and for what no configuration may hold
 * whatever the schema says. Where only validation can tell which option of a union applies, the keys are left to it.
 */
export function screenTree(root: ObjectShape, tree: JsonObject, context: ValidationContext): Screened {
  const problems: Problem[] = []

  const refuse = (code: ProblemCode, message: string, path: Segments): undefined => {
    problems.push({ code, severity: 'error', message, path: printPath(path), origin: context.origin(path) })
    return undefined
  }

  /** The value as it is kept; undefined where it is left out. */
  function keep(shapes: readonly Shape[], value: unknown, path: Segments): Json | undefined {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number') return Number.isFinite(value) ? value : refuseValue(value, path)
    const isList = Array.isArray(value)
    if (!isList && !isPlainObject(value)) return refuseValue(value, path)
    if (path.length >= pathLimits.levels) {
      return refuse('too_deep', `is nested deeper than ${pathLimits.levels} levels`, path)
    }
    // A plain object or a list of a tree; what is inside is looked at next.
    return isList ? keepList(shapes, value, path) : keepObject(shapes, value as JsonObject, path)
  }

  function refuseValue(value: unknown, path: Segments): undefined {
    const what = typeof value === 'object' ? 'an instance of a class' : typeName(value)
    return refuse('not_json', `expected a value that JSON has, received ${what}`, path)
  }

  function keepList(shapes: readonly Shape[], list: readonly unknown[], path: Segments): Json {
    const [shape] = shapes.length === 1 ? shapes : []
    const kept = list.map((child, index) => {
      const element = shape?.kind === 'array' ? (shape.items?.[index] ?? shape.element) : undefined
      // What is refused is reported; null keeps the places of the others.
      return keep(inside(element, child), child, [...path, index]) ?? null
    })
    // The elements were all kept as they are, so the list is a list of JSON.
    return kept.every((child, index) => child === list[index]) ? (list as Json) : Object.freeze(kept)
  }

  function keepObject(shapes: readonly Shape[], object: JsonObject, path: Segments): JsonObject {
    const [shape] = shapes.length === 1 ? shapes : []
    const kept = emptyRecord<Json>()
    let same = true
    for (const [key, child] of Object.entries(object)) {
      const at = [...path, key]
      // An undefined child is an absent one.
      const value =
        child !== undefined && isAllowedKey(shape, key, at) ? keep(below(shape, key, child), child, at) : undefined
      if (value !== child) same = false
      if (value !== undefined) kept[key] = value
    }
    return same ? object : Object.freeze(kept)
  }

  function isAllowedKey(shape: Shape | undefined, key: string, path: Segments): boolean {
    if (isPrototypeKey(key)) {
      refuse('prototype_key', 'a key may not be named __proto__, constructor or prototype', path.slice(0, -1))
      return false
    }
    if (shape?.kind === 'object' && !shape.fields.has(key) && shape.rest === undefined) {
      problems.push(unknownKeyProblem(path, [shape], context))
      return false
    }
    const why = whyNotRecordKey(key)
    if (why !== undefined) refuse('key_invalid', why, path.slice(0, -1))
    return why === undefined
  }

  // The root is an object, and objects are kept as objects.
  const kept = keepObject([root], tree, [])
  return { tree: kept, problems }
}

function below(shape: Shape | undefined, key: string, child: unknown): readonly Shape[] {
  if (shape?.kind === 'object') return inside(shape.fields.get(key) ?? shape.rest, child)
  return inside(shape?.kind === 'record' ? shape.value : undefined, child)
}

function inside(shape: Shape | undefined, value: unknown): readonly Shape[] {
  // Narrowing asks for the kind of a value first, and whatever is no JSON is refused afterwards.
  return shape === undefined ? [] : narrow(shape, value as Json)
}
