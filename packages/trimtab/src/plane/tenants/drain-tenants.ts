import { defaultTimeouts } from '../../modules/define-module.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import type { TenantOverlays } from '../../tenancy/overlay/tenant-overlays.ts'
import type { TenantWatches } from '../../tenancy/overlay/tenant-watches.ts'
import type { DrainReport } from './tenants.ts'

export interface DrainParts {
  readonly clock: Clock
  readonly overlays: Pick<TenantOverlays, 'busy'>
  readonly watches: Pick<TenantWatches, 'busy' | 'idle'>
  /** Begins nothing more for tenants, follows nothing more and gives back what was listened on. */
  leave(): Promise<unknown>
}

/**
 * Ends all work for tenants, and waits for all of it at once, listeners included: until the signal aborts, or for as long as
 * a module may take to stop. Names those whose work had not ended by then.
 */
export async function drainTenants(
  { clock, overlays, watches, leave }: DrainParts,
  signal: AbortSignal | undefined,
): Promise<DrainReport> {
  const run = () => Promise.all([leave(), watches.idle()])
  // It goes on also where nobody waits for it any more.
  const end = await runStep({ clock, timeout: defaultTimeouts.stopTimeout, signal, run })
  if (end.kind === 'done') return { unfinished: [] }
  return { unfinished: [...new Set([...overlays.busy, ...watches.busy])] }
}
