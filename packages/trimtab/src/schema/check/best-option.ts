import type { z } from 'zod'

export type Issue = z.core.$ZodIssue

/** How the options of a union failed, as far as it helps the reader. */
export type UnionFailure =
  /** One option was meant: its own issues say what is wrong. */
  | { readonly kind: 'option'; readonly issues: readonly Issue[] }
  /** No option has the literal that was written at this key. */
  | { readonly kind: 'literal'; readonly key: PropertyKey }
  /** The value is none of them. */
  | { readonly kind: 'none' }

/**
 * Finds the option that was most likely meant: one that fails for unknown keys alone, or else one whose kind and whose
 * literals fit. Among several the one with the fewest issues.
 */
export function bestOption(failures: readonly (readonly Issue[])[]): UnionFailure {
  const unknownOnly = failures.filter((issues) => issues.every(isUnknownKey))
  const kindFits = failures.filter((issues) => !issues.some(isAboutWhole))
  const literalFits = kindFits.filter((issues) => !issues.some(isLiteral))
  for (const candidates of [unknownOnly, literalFits]) {
    const [first, ...others] = candidates
    if (first === undefined) continue
    const issues = others.reduce((best, next) => (next.length < best.length ? next : best), first)
    return { kind: 'option', issues }
  }
  const keys = new Set(kindFits.flatMap((issues) => issues.filter(isLiteral).map((issue) => issue.path[0])))
  const [key, ...others] = keys
  return key === undefined || others.length > 0 ? { kind: 'none' } : { kind: 'literal', key }
}

/** True where nothing but keys that are not known keeps a value from being accepted. */
function isUnknownKey(issue: Issue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.some((issues) => issues.length > 0 && issues.every(isUnknownKey))
  return issue.code === 'unrecognized_keys'
}

function isAboutWhole(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code !== 'unrecognized_keys'
}

function isLiteral(issue: Issue): boolean {
  return issue.path.length === 1 && issue.code === 'invalid_value'
}
