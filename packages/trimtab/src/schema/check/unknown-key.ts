import { printPath, type Segments } from '../../model/path.ts'
import type { Problem } from '../problem.ts'
import type { Shape } from '../shape.ts'
import type { ValidationContext } from '../validation.ts'
import { nearestName } from './did-you-mean.ts'

const shownNames = 10

/** The problem of a key that no shape at its parent knows. Its value, which may be a misspelt secret, is not shown. */
export function unknownKeyProblem(
  path: Segments,
  parents: readonly Shape[],
  context: Pick<ValidationContext, 'origin' | 'strictAt'>,
): Problem {
  const known = new Set(parents.flatMap((parent) => (parent.kind === 'object' ? [...parent.fields.keys()] : [])))
  const strict = context.strictAt(path)
  return {
    code: 'unknown_key',
    severity: strict ? 'error' : 'warning',
    message: strict ? 'is not a known setting' : 'is not a known setting and is ignored',
    path: printPath(path),
    origin: context.origin(path, 'key'),
    // What a transform takes is not known.
    hint: parents.some((parent) => parent.kind === 'object') ? hintFor(String(path.at(-1)), known) : undefined,
  }
}

function hintFor(written: string, known: ReadonlySet<string>): string | undefined {
  const nearest = nearestName(written, known)
  if (nearest !== undefined) return `Did you mean ${JSON.stringify(nearest)}?`
  if (known.size === 0) return 'Nothing is known here: remove it.'
  const shown = [...known].slice(0, shownNames)
  return `Known here: ${shown.join(', ')}${known.size > shown.length ? ', …' : ''}.`
}
