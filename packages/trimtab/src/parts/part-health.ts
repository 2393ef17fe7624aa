import type { CheckRole, CheckTimings } from '../health/check.ts'
import type { HealthRun, ModuleHealth } from '../modules/health-hook.ts'

/** How a part's own health check is made: how often, and how much hangs on it. `false`: there is none. */
export type PartHealth = (CheckTimings & CheckRole) | false

/** The check of a part with the user's settings above the part's own. */
export function partHealth<Context>(
  given: PartHealth | undefined,
  own: CheckTimings & CheckRole,
  run: HealthRun<Context>,
): { readonly health?: ModuleHealth<Context> } {
  return given === false ? {} : { health: { ...own, ...given, run } }
}
