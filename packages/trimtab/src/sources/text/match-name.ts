import { type Path, printPath, type Segments } from '../../model/path.ts'
import type { ObjectShape, Shape } from '../../schema/shape.ts'
import { whyNotKey } from '../json-tree.ts'
import { shapeAt } from './shape-at.ts'

/** What a name in pieces means in a schema. */
export type NameMatch =
  | { readonly kind: 'match'; readonly path: Segments; readonly shape: Shape }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Path[] }

interface Candidate {
  readonly path: Segments
  readonly shape: Shape
}

/**
 * Finds the place that `['POOL', 'REQUESTS_PER_SECOND']` means: each part is compared with the schema's names without
 * regard to case, `_` and `-`. A key of a record is the part itself in lower case, because the environment cannot say
 * more; keys with other characters are written in a file. Below a union any option may match. Elements of an array have
 * no names: an array is given as a whole.
 */
export function matchName(shape: ObjectShape, parts: readonly string[]): NameMatch {
  let candidates: readonly Candidate[] = [{ path: [], shape }]
  for (const part of parts) candidates = candidates.flatMap((candidate) => step(candidate, part))
  // Several options of one union may have the field: that is one place.
  const places = new Map(candidates.map(({ path }) => [printPath(path), path]))
  const [path, ...others] = places.values()
  if (path === undefined || parts.length === 0) return { kind: 'unknown' }
  if (others.length > 0) return { kind: 'ambiguous', candidates: [...places.keys()].sort() }
  const found = shapeAt(shape, path)
  return found === undefined ? { kind: 'unknown' } : { kind: 'match', path, shape: found }
}

/** What two names have to share to be the same one. */
function foldName(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase()
}

function step({ path, shape }: Candidate, part: string): readonly Candidate[] {
  switch (shape.kind) {
    case 'object': {
      const folded = foldName(part)
      const named = [...shape.fields].filter(([name]) => folded !== '' && foldName(name) === folded)
      if (named.length > 0) return named.map(([name, field]) => ({ path: [...path, name], shape: field }))
      return shape.rest === undefined ? [] : chosenKey(path, part, shape.rest)
    }
    case 'record':
      return chosenKey(path, part, shape.value)
    case 'union':
      return shape.options.flatMap((option) => step({ path, shape: option }, part))
    case 'array':
    case 'leaf':
      return []
    default:
      return shape satisfies never
  }
}

function chosenKey(path: Segments, part: string, shape: Shape): readonly Candidate[] {
  const key = part.toLowerCase()
  return key === '' || whyNotKey(key) !== undefined ? [] : [{ path: [...path, key], shape }]
}
