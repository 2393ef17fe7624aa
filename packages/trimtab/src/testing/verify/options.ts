import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import type { CallLimits } from './calls/calls.ts'

/** How long a verification and its steps may take. Times are milliseconds. */
export interface VerifyLimits {
  /** What one hook or run may take: 1 s. It holds in place of the module's own timeouts. */
  readonly deadline?: number | undefined
  /** What may pass between the abort of a signal and the end of what it was given to, and until what is closing is closed: 250. */
  readonly grace?: number | undefined
  /** How long the event loop may be kept without a turn: 100. */
  readonly blocked?: number | undefined
  /** What the whole verification may take: 15 s. What could not be verified by then is a finding. */
  readonly budget?: number | undefined
}

/** How a module is driven. A module without a section needs none of it. */
export interface VerifyModuleOptions<Resource> extends VerifyLimits {
  /** The schema that the module's section, and those of what it depends on, are part of. */
  readonly config?: ConfigDefinition | undefined
  /**
   * At least two contents that the module has to accept, and that differ in dynamic fields of its section. It is started
   * on the first one and taken to each of the others and back.
   */
  readonly trees?: readonly JsonObject[] | undefined
  /**
   * Plain data that says what the resource does now: its limits, levels, targets. Without times, counters and whatever
   * else changes by itself. By it is seen whether a change is undone. With `each` it is given the map of all resources.
   */
  readonly observe?: ((resource: Resource) => unknown) | undefined
  /**
   * For a module with `checkTenant` or `reloadTenant`: at least two overlays that it has to accept for a tenant, and that
   * differ in fields of its section that are `perTenant`. Then `observe` should say what holds for the tenant `verified`.
   */
  readonly overlays?: readonly JsonObject[] | undefined
  /** Whether what a check prepared has been given back. */
  readonly isDisposed?: ((prepared: unknown) => boolean) | undefined
}

/** What holds where a time is left away. */
export const verifyDefaults = {
  deadline: 1_000,
  grace: 250,
  blocked: 100,
  budget: 15_000,
} as const satisfies Required<VerifyLimits>

/** Throws `option_invalid` for a time that is none. */
export function limitsOf(given: VerifyLimits): CallLimits & { readonly budget: number } {
  const limits = {
    deadline: given.deadline ?? verifyDefaults.deadline,
    grace: given.grace ?? verifyDefaults.grace,
    blocked: given.blocked ?? verifyDefaults.blocked,
    budget: given.budget ?? verifyDefaults.budget,
  }
  for (const [name, value] of Object.entries(limits)) {
    if (value > 0 && value < 2 ** 31) continue
    throw new TrimtabError('option_invalid', `The option ${name} has to be 1 to ${2 ** 31 - 1} milliseconds.`)
  }
  return limits
}
