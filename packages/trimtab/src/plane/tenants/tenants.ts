import type { DeepReadonly } from '../../model/deep-readonly.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import type { Emitter } from '../../primitives/emitter.ts'
import type { Problem } from '../../schema/problem.ts'
import type { PathsOf, ValueAt } from '../../schema/section.ts'
import type { TenantDirectory } from '../../tenancy/directory.ts'
import type { TenantEvent, TenantState } from '../../tenancy/overlay/tenant-events.ts'
import type { TenantOutcome } from '../../tenancy/overlay/tenant-outcome.ts'
import type { TenantValueChange } from '../../tenancy/overlay/tenant-watches.ts'
import type { TenantId } from '../../tenancy/tenant-id.ts'
import type { Tenant, TenantContext } from '../../tenancy/tenants.ts'
import type { Explanation } from '../explain.ts'
import type { WatchOptions } from '../watchers.ts'

/** What one tenant is doing here, for people. Times are wall time in milliseconds. */
export interface TenantStatus {
  readonly tenant: TenantId
  readonly state: TenantState
  /** Whether it has something of its own in force. */
  readonly hasOverlay: boolean
  /** Why it does not read what is configured for it; undefined where it does. */
  readonly held:
    | {
        readonly since: number
        /** Whether it goes on with its last good configuration; without one, reading it throws `tenant_invalid`. */
        readonly hasGood: boolean
        readonly problems: readonly Problem[]
      }
    | undefined
  /** Undefined where it was loaded at boot and nothing has happened since. */
  readonly lastOutcome: TenantOutcome | undefined
}

/**
 * The tenants of a plane. `run`, `current`, `bind` and `get` work on every plane; the others throw `part_not_configured`
 * where the option `tenants` is missing.
 *
 * @example
 * plane.tenants.run('acme', () => plane.tenants.current()?.config.limits.limit)
 */
export interface Tenants<Config> extends TenantContext<Config>, TenantDirectory {
  /** The handle of a tenant: reading its configuration costs next to nothing. Throws `tenant_context_invalid`. */
  get(tenant: string): Tenant<Config>
  /** Everybody that is known: with an overlay, or listed where overlays come from. In no order. */
  list(): readonly TenantId[]
  status(tenant: string): TenantStatus
  /** The status of everybody that is known. */
  readonly states: readonly TenantStatus[]
  /**
   * Calls `listener`, inside that tenant's context, after each change of the value for a tenant with an overlay: of its own
   * or of what all tenants share. What a tenant without one reads is told by `plane.watch`. A listener that throws,
   * rejects or hangs harms nobody.
   */
  watch<P extends string>(
    path: P & PathsOf<Config>,
    listener: (change: TenantValueChange<ValueAt<DeepReadonly<Config>, P>>) => unknown,
    options?: WatchOptions,
  ): Disposer
  /** Where a tenant's value comes from, and what it overrode. Throws `option_invalid` for a path the schema has not. */
  explain(tenant: string, path: string): Explanation
  /** Reads one tenant's overlay again. One that is refused does not throw: its outcome says so. */
  reload(tenant: string): Promise<TenantOutcome>
  /** The same for everybody that is known or listed. */
  reloadAll(): Promise<readonly TenantOutcome[]>
  readonly events: Emitter<TenantEvent>
}
