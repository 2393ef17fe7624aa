import { TrimtabError } from '../errors/trimtab-error.ts'
import { parsePath, printPath, type Segments } from '../model/path.ts'
import type { Secret } from '../model/secrecy/secret.ts'
import { nearestName } from './check/did-you-mean.ts'
import { describeShape } from './describe.ts'
import { marksAt, type ObjectShape, type Shape, shapesAt } from './shape.ts'

/** What has no places inside it: a list changes as a whole, and a secret tells nothing. */
type Closed = string | number | boolean | bigint | symbol | null | undefined | Secret<unknown> | readonly unknown[]

/** Levels below which paths are not listed; nobody owns a section that deep, and a recursive schema has to end. */
type Deepest = 8

type IsAny<T> = 0 extends 1 & T ? true : false

/**
 * The paths to everything in a configuration: `pool`, `pool.max`, `upstreams`, `upstreams["main"]`. A key of a record is
 * any text, so that a misspelt one compiles.
 */
export type PathsOf<T, Level extends readonly unknown[] = []> =
  IsAny<T> extends true
    ? never
    : Level['length'] extends Deepest
      ? never
      : T extends Closed
        ? never
        : T extends object
          ?
              | AnyKey<T, Level>
              | { [K in KnownKeys<T>]: K | Join<K, PathsOf<NonNullable<T[K]>, [...Level, 0]>> }[KnownKeys<T>]
          : never

/** The keys that a type names, beside those that people choose. */
type KnownKeys<T> = keyof { [K in keyof T as K extends string ? (string extends K ? never : K) : never]: 0 } &
  keyof T &
  string

type AnyKey<T, Level extends readonly unknown[]> = string extends keyof T
  ? `["${string}"]` | Join<`["${string}"]`, PathsOf<NonNullable<T[keyof T]>, [...Level, 0]>>
  : never

type Join<Head extends string, Tail> = Tail extends `[${string}`
  ? `${Head}${Tail}`
  : Tail extends string
    ? `${Head}.${Tail}`
    : never

/** The type of the value at a path; with undefined where something around it may be absent. */
export type ValueAt<T, P> = P extends string ? At<T, P> : never

// Apart from the public type, so that nothing has to prove that a path is a string: TypeScript 5.5 does not get there.
type At<T, P extends string> = T extends Closed
  ? Absent<T>
  : P extends KnownKeys<T>
    ? T[P]
    : OrAbsent<InRecord<T, P> | { [K in KnownKeys<T>]: Below<T[K], K, P> }[KnownKeys<T>]>

type InRecord<T, P extends string> = string extends keyof T
  ? P extends `["${infer _Key}"]${infer Rest}`
    ? AtRest<T[keyof T] | undefined, Rest>
    : never
  : never

type Below<V, K extends string, P extends string> = P extends `${K}.${infer Rest}`
  ? At<V, Rest>
  : P extends `${K}[${infer Rest}`
    ? At<V, `[${Rest}`>
    : never

type AtRest<V, Rest extends string> = Rest extends ''
  ? V
  : Rest extends `.${infer Further}`
    ? At<V, Further>
    : At<V, Rest>

/** An option of a union that has no such place has nothing there. */
type OrAbsent<V> = [V] extends [never] ? undefined : V

/** What stands below something that is absent. */
type Absent<T> = T extends null | undefined ? undefined : never

/** A part of a configuration, by its path: what a module owns. */
export interface Section<T> {
  readonly path: Segments
  readonly shape: Shape
  /** Only a type: the value that stands there. */
  readonly value?: T
}

/** The section at a path. Throws `option_invalid` for a path that the schema does not know, with the nearest one it does. */
export function sectionAt<T>(root: ObjectShape, path: string): Section<T> {
  const segments = parsePath(path)
  const shape = shapeAtPath(root, segments)
  if (shape === undefined) throw unknownPath(root, segments)
  return Object.freeze({ path: Object.freeze(segments), shape })
}

function shapeAtPath(root: ObjectShape, path: Segments): Shape | undefined {
  let shape: Shape | undefined = root
  for (const [index, segment] of path.entries()) {
    const direct: Shape | undefined = shape === undefined ? undefined : fieldOf(shape, segment)
    // Below a union there may be several; a section of theirs is a union too.
    shape = direct ?? anyOf(root, path.slice(0, index + 1))
  }
  return shape
}

/** The field of an object or a record, with its union whole. */
function fieldOf(shape: Shape, segment: string | number): Shape | undefined {
  if (typeof segment !== 'string') return undefined
  if (shape.kind === 'object') return shape.fields.get(segment) ?? shape.rest
  return shape.kind === 'record' ? shape.value : undefined
}

function anyOf(root: ObjectShape, path: Segments): Shape | undefined {
  const options = shapesAt(root, path)
  const [first, ...others] = options
  if (first === undefined || others.length === 0) return first
  return Object.freeze({
    kind: 'union',
    options,
    marks: marksAt(root, path),
    expected: [...new Set(options.map((option) => option.expected))].join(' or '),
    optional: options.some((option) => option.optional),
    fromText: (text: string) => options.map((option) => option.fromText(text)).find((value) => value !== text) ?? text,
  })
}

function unknownPath(root: ObjectShape, path: Segments): TrimtabError {
  const written = printPath(path)
  const nearest = nearestName(
    written,
    describeShape(root).flatMap((row) => parents(row.path)),
  )
  const hint = nearest === undefined ? knownNearest(root, path) : `Did you mean ${nearest}?`
  return new TrimtabError('option_invalid', `The schema has no ${written === '' ? 'empty path' : written}. ${hint}`)
}

/** The names in the innermost object on the way that has any. */
function knownNearest(root: ObjectShape, path: Segments): string {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const parent = path.slice(0, length)
    const names = shapesAt(root, parent).flatMap((shape) => (shape.kind === 'object' ? [...shape.fields.keys()] : []))
    if (names.length > 0) return `Known in ${printPath(parent)}: ${[...new Set(names)].join(', ')}.`
  }
  return `Known here: ${[...root.fields.keys()].join(', ')}.`
}

/** `a.b.c` and the objects around it, which have no rows of their own. */
function parents(path: string): readonly string[] {
  const names = path.split('.')
  return names.map((_, index) => names.slice(0, index + 1).join('.'))
}
