import { isPlainObject } from '../../primitives/json.ts'
import { type Shape, shapesAt } from '../shape.ts'

/**
 * The shapes that a written value can have: of a union those options whose kind fits and whose literals, `kind: 'tcp'`,
 * do not contradict it. Several where only validation can tell; none where the value fits nothing.
 */
export function narrow(shape: Shape, value: unknown): readonly Shape[] {
  return shapesAt(shape, []).filter((option) => fits(option, value))
}

function fits(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'object':
      return isPlainObject(value) && agrees(shape.fields, value)
    case 'record':
      return isPlainObject(value)
    case 'array':
      return Array.isArray(value)
    case 'leaf':
      return shape.allowed === undefined || allows(shape, value)
    case 'union':
      return shape.options.some((option) => fits(option, value))
    default:
      return shape satisfies never
  }
}

function agrees(fields: ReadonlyMap<string, Shape>, value: Record<string, unknown>): boolean {
  for (const [key, field] of fields) {
    const isContradicted = field.kind === 'leaf' && Object.hasOwn(value, key) && !allows(field, value[key])
    if (isContradicted) return false
  }
  return true
}

function allows(shape: Shape, value: unknown): boolean {
  return shape.kind !== 'leaf' || shape.allowed === undefined || shape.allowed.some((allowed) => allowed === value)
}
