import type { PlacePart } from '../../model/origin.ts'
import { pathLimits, printPath, type Segments } from '../../model/path.ts'
import { emptyRecord, isPlainObject, type Json, type JsonObject, typeName } from '../../primitives/json.ts'
import type { Problem, ProblemCode } from '../problem.ts'
import type { ObjectShape, Shape } from '../shape.ts'
import type { ValidationContext } from '../validation.ts'
import { isPrototypeKey, whyNotRecordKey } from './names.ts'
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
  // One path for the whole walk: it is copied only for what is reported.
  const at: (string | number)[] = []

  const refuse = (code: ProblemCode, message: string, part?: PlacePart): undefined => {
    const path: Segments = [...at]
    problems.push({ code, severity: 'error', message, path: printPath(path), origin: context.origin(path, part) })
    return undefined
  }

  /** The value as it is kept; undefined where it is left out. */
  function keep(shape: Shape | undefined, value: unknown): Json | undefined {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    const isList = Array.isArray(value)
    if (!isList && !isPlainObject(value)) {
      const what = typeof value === 'object' ? 'an instance of a class' : typeName(value)
      return refuse('not_json', `expected a value that JSON has, received ${what}`)
    }
    if (at.length >= pathLimits.levels) return refuse('too_deep', `is nested deeper than ${pathLimits.levels} levels`)
    if (isList) return keepList(optionFor(shape, value), value)
    // A plain object of a tree; what is inside is looked at next.
    return keepObject(optionFor(shape, value), value as JsonObject)
  }

  function keepList(shape: Shape | undefined, list: readonly unknown[]): Json {
    const kept = list.map((child, index) => {
      at.push(index)
      const value = keep(shape?.kind === 'array' ? (shape.items?.[index] ?? shape.element) : undefined, child)
      at.pop()
      // What is refused is reported; null keeps the places of the others.
      return value ?? null
    })
    // Where all elements were kept as they are, the list was a list of JSON.
    return kept.every((child, index) => child === list[index]) ? (list as Json) : Object.freeze(kept)
  }

  function keepObject(shape: Shape | undefined, object: JsonObject): JsonObject {
    let kept: Record<string, Json> | undefined
    for (const key of Object.keys(object)) {
      const child: Json | undefined = object[key]
      at.push(key)
      // An undefined child is an absent one.
      const value = child !== undefined && isAllowedKey(shape, key) ? keep(fieldOf(shape, key), child) : undefined
      at.pop()
      if (value === child) continue
      kept ??= Object.assign(emptyRecord<Json>(), object)
      if (value === undefined) delete kept[key]
      else kept[key] = value
    }
    return kept === undefined ? object : Object.freeze(kept)
  }

  function isAllowedKey(shape: Shape | undefined, key: string): boolean {
    if (shape?.kind === 'object') {
      if (shape.fields.has(key)) return true
      if (shape.rest === undefined && !isPrototypeKey(key)) {
        problems.push(unknownKeyProblem([...at], [shape], context))
        return false
      }
    }
    if (!isPrototypeKey(key)) {
      const why = whyNotRecordKey(key)
      return why === undefined || refuse('key_invalid', why, 'key') !== undefined
    }
    return refuse('prototype_key', 'a key may not be named __proto__, constructor or prototype', 'key') !== undefined
  }

  return { tree: keepObject(root, tree), problems }
}

function fieldOf(shape: Shape | undefined, key: string): Shape | undefined {
  if (shape?.kind === 'object') return shape.fields.get(key) ?? shape.rest
  return shape?.kind === 'record' ? shape.value : undefined
}

/** What a list or an object has to be; of a union the only option that fits, where there is just one. */
function optionFor(shape: Shape | undefined, value: unknown): Shape | undefined {
  if (shape?.kind !== 'union') return shape
  const [option, ...others] = narrow(shape, value)
  return others.length === 0 ? option : undefined
}
