import type { Json } from '../primitives/json.ts'
import type { Marks, ObjectShape, Shape } from './shape.ts'

/** One field of a configuration, as documentation lists it. */
export interface FieldRow {
  /** Like a path, with `[*]` for any key or index: `routes[*].upstream`. The whole configuration is the empty one. */
  readonly path: string
  /** What is expected: `a whole number from 1 to 500`. */
  readonly type: string
  /** True where nothing has to be written. */
  readonly optional: boolean
  /** What applies when nothing is written. Never that of a secret. */
  readonly default?: Json | undefined
  readonly description?: string | undefined
  readonly marks: Marks
  /** True where the rows of a field are those of one around it: the schema contains itself. */
  readonly recursive: boolean
}

const plainName = /^[A-Za-z_][A-Za-z0-9_-]*$/

/**
 * All fields in the order of the schema. An object is a row of its own only where it says something that its fields do
 * not; below a union there are the rows of each option.
 */
export function describeShape(root: ObjectShape): readonly FieldRow[] {
  const rows = new Map<string, FieldRow>()

  function visit(shape: Shape, path: string, around: readonly Shape[]): void {
    const recursive = around.includes(shape)
    if (recursive || !isPlainSection(shape)) add(shape, path, recursive)
    if (!recursive) visitInside(shape, path, [...around, shape])
  }

  function visitInside(shape: Shape, path: string, around: readonly Shape[]): void {
    switch (shape.kind) {
      case 'object':
        for (const [name, field] of shape.fields) visit(field, child(path, name), around)
        if (shape.rest !== undefined) visit(shape.rest, `${path}[*]`, around)
        return
      case 'record':
        visit(shape.value, `${path}[*]`, around)
        return
      case 'array':
        shape.items?.forEach((item, index) => visit(item, `${path}[${index}]`, around))
        if (shape.items === undefined && !isPlainValue(shape.element)) visit(shape.element, `${path}[*]`, around)
        return
      case 'union':
        for (const option of shape.options) if (!around.includes(option)) visitInside(option, path, [...around, option])
        return
      case 'leaf':
        return
      default:
        shape satisfies never
    }
  }

  function add(shape: Shape, path: string, recursive: boolean): void {
    const { expected, optional, description, marks } = shape
    const row: FieldRow = { path, type: expected, optional, default: shape.default, description, marks, recursive }
    // Options of a union that have the same field, described alike, are one row.
    const key = JSON.stringify([path, expected, optional, description, marks, recursive])
    if (!rows.has(key)) rows.set(key, Object.freeze(row))
  }

  visit(root, '', [])
  return [...rows.values()].filter((row) => row.path !== '')
}

/** An object that says nothing which its fields do not: it may be absent only where all of them may. */
function isPlainSection(shape: Shape): boolean {
  if (shape.kind !== 'object' || shape.description !== undefined || shape.default !== undefined) return false
  return !shape.optional || [...shape.fields.values()].every((field) => field.optional)
}

/** An element that says nothing which its list does not. */
function isPlainValue(shape: Shape): boolean {
  return shape.kind === 'leaf' && shape.description === undefined && !shape.marks.secret
}

function child(path: string, name: string): string {
  if (!plainName.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}
