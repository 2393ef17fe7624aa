import type { Json } from '../primitives/json.ts'
import type { Segments } from '../model/path.ts'

/** What a field is marked as, itself or through an ancestor. `perTenant` implies `dynamic`. */
export interface Marks {
  readonly dynamic: boolean
  readonly secret: boolean
  readonly perTenant: boolean
}

interface ShapeBase {
  readonly marks: Marks
  /** What a person may read about it. */
  readonly description?: string | undefined
  /** What is expected here, as a phrase for messages: `a whole number from 1 to 500`. */
  readonly expected: string
  /** True where nothing has to be written: optional, or with a default. */
  readonly optional: boolean
  /** What applies when nothing is written. Never that of a secret. */
  readonly default?: Json | undefined
  /**
   * True where a transform stands between what is written and what is read. Then the shape describes what is written;
   * what is read is one value, and is compared by what is written.
   */
  readonly transformed?: boolean | undefined
  /**
   * A text (of a variable, an argument, a reference) as the value this field takes: `'20'` as 20 for a number. Text that
   * does not fit stays as it is, so that validation names the type it found.
   */
  readonly fromText: (text: string) => Json
  /** True for a string, and for a union with one among its options: there an empty text is a value and not nothing. */
  readonly takesAnyText?: boolean | undefined
}

/** An object with known keys. */
export interface ObjectShape extends ShapeBase {
  readonly kind: 'object'
  /** In the order of the schema. */
  readonly fields: ReadonlyMap<string, Shape>
  /** What other keys may hold, where the schema leaves the object open; otherwise they are unknown. */
  readonly rest?: Shape | undefined
  /** Makes one instance from values in the order of `fields`: always the same hidden class. */
  readonly construct: (values: readonly unknown[]) => object
}

/** An object with keys that people choose. */
export interface RecordShape extends ShapeBase {
  readonly kind: 'record'
  readonly value: Shape
  /** What a key must be, as a phrase, where the schema restricts it. */
  readonly keyExpected?: string | undefined
}

export interface ArrayShape extends ShapeBase {
  readonly kind: 'array'
  readonly element: Shape
  /** The shapes of the first elements, where each has one of its own; `element` is that of all further ones. */
  readonly items?: readonly Shape[] | undefined
}

/** One of several; which one is known only from a value. */
export interface UnionShape extends ShapeBase {
  readonly kind: 'union'
  readonly options: readonly Shape[]
}

/** A primitive, or anything whose inside the schema does not describe or transforms. */
export interface LeafShape extends ShapeBase {
  readonly kind: 'leaf'
  readonly transformed: boolean
  /** The only values allowed, where the schema lists them. Never those of a secret. */
  readonly allowed?: readonly Json[] | undefined
}

/** What a schema says, as data: one walk of zod gives it, and everything else walks this. */
export type Shape = ObjectShape | RecordShape | ArrayShape | UnionShape | LeafShape

/** Every shape that can stand at a place: several below a union, none where the schema knows no such place. */
export function shapesAt(shape: Shape, segments: Segments): readonly Shape[] {
  let shapes: readonly Shape[] = withOptions(shape)
  for (const segment of segments) shapes = shapes.flatMap((parent) => shapesBelow(parent, segment)).flatMap(withOptions)
  return shapes
}

/** The marks in force at a place: secret if any shape there is, dynamic and per tenant only if all are. */
export function marksAt(shape: Shape, segments: Segments): Marks {
  let marks = shape.marks
  for (let length = 0; length <= segments.length; length += 1) {
    const shapes = shapesAt(shape, segments.slice(0, length))
    if (shapes.length === 0) return marks
    marks = {
      secret: shapes.some((each) => each.marks.secret),
      dynamic: shapes.every((each) => each.marks.dynamic),
      perTenant: shapes.every((each) => each.marks.perTenant),
    }
  }
  return marks
}

function withOptions(shape: Shape): readonly Shape[] {
  return shape.kind === 'union' ? shape.options.flatMap(withOptions) : [shape]
}

/** What can stand directly below a shape, a union there left whole. Nothing below a union itself: see `shapesAt`. */
export function shapesBelow(parent: Shape, segment: string | number): readonly Shape[] {
  switch (parent.kind) {
    case 'object': {
      const field = typeof segment === 'string' ? (parent.fields.get(segment) ?? parent.rest) : undefined
      return field === undefined ? [] : [field]
    }
    case 'record':
      return typeof segment === 'string' ? [parent.value] : []
    case 'array':
      return typeof segment === 'number' ? [parent.items?.[segment] ?? parent.element] : []
    case 'union':
    case 'leaf':
      return []
    default:
      return parent satisfies never
  }
}
