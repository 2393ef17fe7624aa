import type { Origin } from '../../model/origin.ts'
import { printPath, type Segments } from '../../model/path.ts'
import type { Problem } from '../../schema/problem.ts'
import type { JsonFlaw } from '../json-tree.ts'
import { type Reference, printReference } from './parse-references.ts'
import type { ReferenceFailure } from './resolver.ts'

/** Where the text with the reference stands, and who wrote it there. */
export interface ReferencePlace {
  readonly path: Segments
  readonly origin: Origin | undefined
}

/** The problem of a reference that gave no value. */
export function referenceProblem(place: ReferencePlace, reference: Reference, failure: ReferenceFailure): Problem {
  const { message, hint } = failure
  return { ...at(place), code: codeOf(failure), message: `${printReference(reference)} ${message}`, hint }
}

/** The warning that the value of an earlier reading is still used. */
export function keptWarning(place: ReferencePlace, reference: Reference, failure: ReferenceFailure): Problem {
  const { message, hint } = failure
  const text = `${printReference(reference)} ${message}; the value it had before is kept`
  return { ...at(place), code: codeOf(failure), severity: 'warning', message: text, hint }
}

/** The problem of a reference in a value that anybody may publish, in a field that shows what it holds. */
export function notSecretProblem(place: ReferencePlace, reference: Reference): Problem {
  return {
    ...at(place),
    code: 'reference_refused',
    message: `${printReference(reference)} is refused, because the field is not marked secret`,
    hint: 'Mark the field with secret() if it is one, or set the value in a local source. For a plain ${ write $${.',
  }
}

export function unclosedProblem(place: ReferencePlace, scheme: string): Problem {
  return {
    ...at(place),
    code: 'reference_failed',
    message: `the reference that begins with \${${scheme}: has no closing brace`,
    hint: 'Close it with }. For a plain ${ write $${.',
  }
}

/** The problem of a value that its field takes as JSON, and that is no configuration. */
export function unusableProblem(place: ReferencePlace, flaw: JsonFlaw): Problem {
  const message = `what is referred to cannot be used: ${flaw.message}`
  return { ...at(place), code: 'reference_failed', message, hint: flaw.hint }
}

function at({ path, origin }: ReferencePlace) {
  return { severity: 'error', path: printPath(path), origin } as const
}

function codeOf({ kind }: ReferenceFailure): Problem['code'] {
  switch (kind) {
    case 'unset':
      return 'reference_unset'
    case 'refused':
      return 'reference_refused'
    case 'failed':
      return 'reference_failed'
    default:
      kind satisfies never
      return 'reference_failed'
  }
}
