import type { DeepReadonly } from '../model/deep-readonly.ts'
import type { TenantId } from './tenant-id.ts'

/** One tenant as its work sees it. The same object for as long as the tenant is known here. */
export interface Tenant<Config = unknown> {
  readonly id: TenantId
  /**
   * The shared configuration with this tenant's overlay above it: frozen, whole, valid. Throws `tenant_invalid` where the
   * overlay is broken and there is no last good one, `tenant_not_active` where it has not been loaded.
   */
  readonly config: DeepReadonly<Config>
}

/** Carries the tenant with the work, through promises, timers and callbacks. */
export interface TenantContext<Config = unknown> {
  /** Runs `work` for a tenant. Throws `tenant_context_invalid` for an id that can't be one. */
  run<T>(tenant: string, work: () => T): T
  /** The tenant the current work is for; undefined outside of any. */
  current(): Tenant<Config> | undefined
  /** `work` bound to the tenant of this moment: for pools and emitters that call back from elsewhere. */
  bind<Work extends (...args: never[]) => unknown>(work: Work): Work
}
