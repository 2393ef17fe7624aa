import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Disposers } from '../primitives/disposers.ts'
import type { Clock } from '../primitives/clock.ts'
import { createTenantContext, type OwnedTenantContext } from '../tenancy/context.ts'
import { createGuard, type OwnedGuard } from '../tenancy/guard/create-guard.ts'
import type { GuardOptions } from '../tenancy/guard/guard-options.ts'
import type { TenantId } from '../tenancy/tenant-id.ts'
import type { Tenant } from '../tenancy/tenants.ts'

export interface Guarding {
  readonly context: OwnedTenantContext<unknown>
  readonly guard: OwnedGuard
}

/** The one context of a plane, and the guard that compares with it. */
export function openGuarding(
  parts: {
    readonly options: GuardOptions | undefined
    readonly clock: Clock
    readonly tenantOf: (id: TenantId) => Tenant
    readonly onListenerError: (error: unknown) => void
  },
  open: Disposers,
): Guarding {
  const { options, clock, tenantOf, onListenerError } = parts
  const context = createTenantContext<unknown>({ tenantOf })
  const guard = createGuard({ ...options, context, clock, onListenerError })
  open.add(() => guard.close())
  return { context, guard }
}

/** Handles of tenants that have no values of their own: their configuration is the shared one. */
export function sharedTenants(shared: () => { readonly config: unknown } | undefined): (id: TenantId) => Tenant {
  return (id) => {
    return Object.freeze({
      id,
      get config() {
        const snapshot = shared()
        if (snapshot === undefined)
          throw new TrimtabError('tenant_not_active', `The tenant ${id} is read before the plane has a configuration.`)
        return snapshot.config
      },
    })
  }
}
