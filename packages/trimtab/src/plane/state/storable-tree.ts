import { childPath, type Path, printPath } from '../../model/path.ts'
import { emptyRecord, isJsonArray, isJsonObject, type Json, type JsonObject } from '../../primitives/json.ts'
import { type ObjectShape, type Shape, shapesAt, shapesBelow } from '../../schema/shape.ts'

export interface StorableOptions {
  readonly shape: ObjectShape
  /** Whether a text holds a reference that somebody would resolve. */
  readonly isReference: (text: string) => boolean
  /** A text without the secrets that are known. */
  readonly clean: (text: string) => string
}

/** What of a layer may be written to disk, or the first place that holds a secret which is written out. */
export type Storable =
  | { readonly kind: 'storable'; readonly tree: JsonObject }
  /** With `isCopy`, the field is no secret one: somebody wrote there what is secret elsewhere. */
  | { readonly kind: 'secret'; readonly path: Path; readonly isCopy: boolean }

/**
 * Looks for secrets in what a source gave. A secret field may hold references, because they are names; anything else in
 * one is the secret. A text elsewhere may hold what is known to be one. What the schema does not know is left out: nobody can say whether it is secret, and no reader gets it.
 */
export function storableTree(tree: JsonObject, { shape, isReference, clean }: StorableOptions): Storable {
  let found: Extract<Storable, { kind: 'secret' }> | undefined
  const note = (path: Path, isCopy: boolean) => void (found ??= { kind: 'secret', path, isCopy })
  const copy = (value: Json, shapes: readonly Shape[], path: Path): Json => {
    if (isJsonArray(value)) {
      return value.map((element, index) => copy(element, below(shapes, index), childPath(path, index)))
    }
    if (isJsonObject(value)) {
      const kept = emptyRecord<Json>()
      for (const [key, child] of Object.entries(value)) {
        const known = below(shapes, key)
        if (known.length === 0) continue
        // It would be part of every path below.
        if (!isNamed(shapes, key) && clean(key) !== key) note(path, true)
        kept[key] = copy(child, known, childPath(path, key))
      }
      return kept
    }
    const isSecret = shapes.some(({ marks }) => marks.secret)
    if (!isSecret && typeof value === 'string' && clean(value) !== value) note(path, true)
    if (isSecret && value !== null && !(typeof value === 'string' && isReference(value))) note(path, false)
    return value
  }

  // The copy of an object is an object.
  const storable = copy(tree, [shape], printPath([])) as JsonObject
  return found ?? { kind: 'storable', tree: storable }
}

/** Whether the schema has that key, which people can't choose then. */
function isNamed(shapes: readonly Shape[], key: string): boolean {
  return shapes.some((shape) => shape.kind === 'object' && shape.fields.has(key))
}

/** What can stand below these shapes. Below a leaf nothing is described: what is true of the leaf is true there. */
function below(shapes: readonly Shape[], segment: string | number): readonly Shape[] {
  return shapes.flatMap((shape) => {
    if (shape.kind === 'leaf') return [shape]
    return shapesBelow(shape, segment).flatMap((child) => shapesAt(child, []))
  })
}
