import { isPlainObject, type Json } from '../../primitives/json.ts'
import { type Shape, shapesAt } from '../shape.ts'

/** The texts at the secret places of a written value, so that no message of the schema's author shows one. */
export function secretTextsOf(root: Shape, tree: Json): ReadonlySet<string> {
  const texts = new Set<string>()
  collect(shapesAt(root, []), tree, texts)
  return texts
}

/** Adds every text and number in a value that is secret as a whole. */
export function addTexts(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string' && value.trim() !== '') texts.add(value.trim())
  else if (typeof value === 'number') texts.add(String(value))
  else if (Array.isArray(value)) for (const child of value) addTexts(child, texts)
  else if (isPlainObject(value)) for (const child of Object.values(value)) addTexts(child, texts)
}

function collect(shapes: readonly Shape[], value: Json, texts: Set<string>): void {
  if (shapes.some((shape) => shape.marks.secret)) {
    addTexts(value, texts)
    return
  }
  if (Array.isArray(value)) {
    value.forEach((child: Json, index) => collect(below(shapes, index), child, texts))
  } else if (isPlainObject(value)) {
    // A plain object in a tree of JSON holds JSON.
    for (const [key, child] of Object.entries(value)) collect(below(shapes, key), child, texts)
  }
}

function below(shapes: readonly Shape[], segment: string | number): readonly Shape[] {
  return shapes.flatMap((shape) => shapesAt(shape, [segment]))
}
