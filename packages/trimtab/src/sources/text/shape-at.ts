import type { Segments } from '../../model/path.ts'
import { type Shape, shapesAt, shapesBelow } from '../../schema/shape.ts'

/**
 * The one shape at a place, a union left whole; below a union, whose option is not known yet, any of those that can
 * stand there. Undefined where the schema knows no such place.
 */
export function shapeAt(root: Shape, path: Segments): Shape | undefined {
  const last = path.at(-1)
  if (last === undefined) return root
  const [first, ...others] = shapesAt(root, path.slice(0, -1)).flatMap((parent) => shapesBelow(parent, last))
  if (first === undefined || others.length === 0) return first
  const options = [first, ...others]
  return {
    kind: 'union',
    options,
    marks: {
      secret: options.some((option) => option.marks.secret),
      dynamic: options.every((option) => option.marks.dynamic),
      perTenant: options.every((option) => option.marks.perTenant),
    },
    expected: options.map((option) => option.expected).join(' or '),
    optional: options.some((option) => option.optional),
    takesAnyText: options.some((option) => option.takesAnyText === true),
    // The first that takes the text as something else than text; what is text for all of them stays text.
    fromText: (text) => options.map((option) => option.fromText(text)).find((value) => value !== text) ?? text,
  }
}
