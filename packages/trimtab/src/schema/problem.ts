import { TrimtabError } from '../errors/trimtab-error.ts'
import { type Origin, printOrigin } from '../model/origin.ts'
import type { Path } from '../model/path.ts'

/** What is wrong, for programs. `docs/reference/problems.md` explains each. */
export const problemCodes = [
  'syntax',
  'duplicate_key',
  'several_documents',
  'alias_bomb',
  'prototype_key',
  'key_invalid',
  'invalid_utf8',
  'too_large',
  'too_deep',
  'not_an_object',
  'not_json',
  'absent',
  'unreadable',
  'unknown_key',
  'ambiguous_name',
  'required',
  'wrong_type',
  'not_allowed',
  'reference_unset',
  'reference_refused',
  'reference_failed',
  'shadowed',
  'module_refused',
  'step_timed_out',
  'restart_required',
  'mixture_invalid',
  'content_set_aside',
  'kept_unhealthy',
] as const

/** What kind of problem it is, for programs to branch on. */
export type ProblemCode = (typeof problemCodes)[number]

/**
 * Something wrong with a configuration, at one place. It says what was expected and the *type* of what was found, never
 * the value, which could be a secret.
 */
export interface Problem {
  readonly code: ProblemCode
  /** A warning does not stop the configuration from being used. */
  readonly severity: 'error' | 'warning'
  /** What is wrong, as a phrase that follows the place: `expected a whole number, received string`. */
  readonly message: string
  readonly path?: Path | undefined
  readonly origin?: Origin | undefined
  /** The module that refused. */
  readonly module?: string | undefined
  /** What to do about it, as a sentence. */
  readonly hint?: string | undefined
}

/**
 * `config.yaml:3:8: pool.max: expected a whole number, received string. Write it without quotes.`
 *
 * @example
 * const { problems } = await plane.reload({ dryRun: true })
 * for (const problem of problems) console.error(printProblem(problem))
 */
export function printProblem({ origin, path, module, message, hint }: Problem): string {
  const place = [origin && printOrigin(origin), path, module && `module ${module}`].filter((part) => part)
  const sentence = [...place, message].join(': ')
  return hint === undefined ? sentence : `${sentence}. ${hint}`
}

/** The error for a configuration that cannot be used, with all problems at once. */
export function configInvalid(problems: readonly Problem[]): TrimtabError {
  return withProblems('config_invalid', 'The configuration is invalid', problems)
}

/** The error for a source that cannot be read. */
export function sourceUnreadable(problems: readonly Problem[]): TrimtabError {
  return withProblems('source_unreadable', 'The configuration could not be loaded', problems)
}

/**
 * The problems an error carries; none where it has no such thing.
 *
 * @example
 * try {
 *   await createPlane(options)
 * } catch (error) {
 *   if (!isTrimtabError(error)) throw error
 *   for (const problem of problemsOf(error)) console.error(problem.path, problem.message)
 * }
 */
export function problemsOf(error: TrimtabError): readonly Problem[] {
  const { problems } = error.details
  // Only `withProblems` below and the `refusal` of modules set this detail.
  return Array.isArray(problems) ? (problems as readonly Problem[]) : []
}

function withProblems(
  code: 'config_invalid' | 'source_unreadable',
  title: string,
  problems: readonly Problem[],
): TrimtabError {
  const errors = problems.filter((problem) => problem.severity === 'error')
  const lines = errors.map((problem) => `  ${printProblem(problem)}`)
  return new TrimtabError(
    code,
    [`${title}: ${errors.length} problem${errors.length === 1 ? '' : 's'}`, ...lines].join('\n'),
    {
      details: { problems },
    },
  )
}
