import { isPlainObject } from '../../primitives/json.ts'
import { type ObjectShape, type Shape, shapesAt, type UnionShape } from '../shape.ts'

/** The option of a union that a typed value came from, as far as its kind, its keys and its literals tell. */
export function optionOf(union: UnionShape, output: unknown): Shape | undefined {
  const options = shapesAt(union, [])
  if (Array.isArray(output)) return options.find((option) => option.kind === 'array')
  if (!isPlainObject(output)) return options.find((option) => option.kind === 'leaf')
  return (
    options.find((option) => option.kind === 'object' && isOf(option, output)) ??
    options.find((option) => option.kind === 'record')
  )
}

function isOf(shape: ObjectShape, output: Record<string, unknown>): boolean {
  const keysFit = shape.rest !== undefined || Object.keys(output).every((key) => shape.fields.has(key))
  if (!keysFit) return false
  for (const [key, field] of shape.fields) {
    const value = Object.hasOwn(output, key) ? output[key] : undefined
    if (value === undefined && !field.optional) return false
    const isContradicted =
      field.kind === 'leaf' && field.allowed !== undefined && !field.allowed.some((each) => each === value)
    if (isContradicted && !(field.optional || field.transformed)) return false
  }
  return true
}
