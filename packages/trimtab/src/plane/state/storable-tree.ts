import { childPath, type Path, printPath } from '../../model/path.ts'
import { emptyRecord, isJsonArray, isJsonObject, type Json, type JsonObject } from '../../primitives/json.ts'
import { type ObjectShape, type Shape, shapesAt, shapesBelow } from '../../schema/shape.ts'

export interface StorableOptions {
  readonly shape: ObjectShape
  /** Whether a text holds a reference that somebody would resolve. */
  readonly isReference: (text: string) => boolean
}

/** What of a layer may be written to disk, or the first place that holds a secret which is written out. */
export type Storable =
  | { readonly kind: 'storable'; readonly tree: JsonObject }
  | { readonly kind: 'secret'; readonly path: Path }

/**
 * Looks for secrets in what a source gave. A secret field may hold references, because they are names; anything else in
 * one is the secret. What the schema does not know is left out: nobody can say whether it is secret, and no reader gets it.
 */
export function storableTree(tree: JsonObject, { shape, isReference }: StorableOptions): Storable {
  let secretAt: Path | undefined
  const copy = (value: Json, shapes: readonly Shape[], path: Path): Json => {
    if (isJsonArray(value)) {
      return value.map((element, index) => copy(element, below(shapes, index), childPath(path, index)))
    }
    if (isJsonObject(value)) {
      const kept = emptyRecord<Json>()
      for (const [key, child] of Object.entries(value)) {
        const known = below(shapes, key)
        if (known.length > 0) kept[key] = copy(child, known, childPath(path, key))
      }
      return kept
    }
    const isSecret = shapes.some(({ marks }) => marks.secret)
    if (isSecret && value !== null && !(typeof value === 'string' && isReference(value))) secretAt ??= path
    return value
  }

  // The copy of an object is an object.
  const storable = copy(tree, [shape], printPath([])) as JsonObject
  return secretAt === undefined ? { kind: 'storable', tree: storable } : { kind: 'secret', path: secretAt }
}

/** What can stand below these shapes. Below a leaf nothing is described: what is true of the leaf is true there. */
function below(shapes: readonly Shape[], segment: string | number): readonly Shape[] {
  return shapes.flatMap((shape) => {
    if (shape.kind === 'leaf') return [shape]
    return shapesBelow(shape, segment).flatMap((child) => shapesAt(child, []))
  })
}
