import { TrimtabError } from '../errors/trimtab-error.ts'
import { type Path, printPath, type Segments } from '../model/path.ts'
import type { Problem } from '../schema/problem.ts'

/** One thing a check refuses. */
export interface Refused {
  /** The place from the root, so that it is reported with its file, line and column: `['routes', 'orders', 'match']`. */
  readonly path: Segments
  /** What is wrong there, as a phrase that follows the place. Never the value of a secret. */
  readonly why: string
  /** What to do about it, as a sentence. */
  readonly hint?: string | undefined
}

/**
 * What a check throws to refuse at certain places, all of them at once. Any other error refuses as well, and is reported
 * at the module's whole section.
 *
 * @example
 * const pool = defineModule({
 *   name: 'pool',
 *   config: config.section('pool'),
 *   start: ({ config }) => new Pool({ max: config.max }),
 *   check({ next }) {
 *     if (next.min > next.max) throw refusal([{ path: ['pool', 'min'], why: 'expected no more than pool.max' }])
 *   },
 * })
 */
export function refusal(refused: readonly Refused[], options: { readonly cause?: unknown } = {}): TrimtabError {
  const problems = refused.map(({ path, why, hint }): Problem & { readonly path: Path } => ({
    code: 'module_refused',
    severity: 'error',
    path: printPath(path),
    message: why,
    ...(hint === undefined ? {} : { hint }),
  }))
  return new TrimtabError('config_invalid', problems.map(({ path, message }) => `${path}: ${message}`).join('; '), {
    ...options,
    details: { problems },
  })
}
