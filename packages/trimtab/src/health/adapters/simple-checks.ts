import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { HealthCheckContext, Finding, Findings, HealthCheck } from '../check.ts'
import { type AdapterOptions, checkFields } from './adapter-options.ts'

/** What `functionCheck` takes. */
export interface FunctionCheckOptions extends AdapterOptions {
  readonly name: string
  /** Looks once, as `run` of a check does. */
  readonly test: (context: HealthCheckContext) => Findings | PromiseLike<Findings>
}

/**
 * A check from any function: nothing or `true` is healthy, `false` unhealthy, what it throws unhealthy with its message.
 *
 * @example
 * plane.health.add(functionCheck({ name: 'queue', test: () => queue.depth < 1_000 }))
 */
export function functionCheck({ test, ...options }: FunctionCheckOptions): HealthCheck {
  if (typeof test !== 'function')
    throw new TrimtabError('option_invalid', `The check ${options.name} needs a function \`test\`, not ${typeof test}.`)
  return { ...checkFields(options), name: options.name, run: test }
}

/** What `staticCheck` takes. */
export interface StaticCheckOptions extends AdapterOptions {
  readonly name: string
  readonly finding: Finding
}

/**
 * A check that always says the same: something that is known to be switched off, or that a test needs.
 *
 * @example
 * plane.health.add(staticCheck({ name: 'search', optional: true, finding: degraded('switched off by hand') }))
 */
export function staticCheck({ finding, ...options }: StaticCheckOptions): HealthCheck {
  return { ...checkFields(options), name: options.name, run: () => finding }
}
