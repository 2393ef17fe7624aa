import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Disposers } from '../primitives/disposers.ts'
import type { Clock } from '../primitives/time/clock.ts'
import { createTenantContext, type OwnedTenantContext } from '../tenancy/context.ts'
import { createGuard, type OwnedGuard } from '../tenancy/guard/create-guard.ts'
import type { GuardOptions } from '../tenancy/guard/guard-options.ts'
import type { TenantOwner } from '../tenancy/overlay/live-tenant.ts'
import { TenantHandles } from '../tenancy/overlay/tenant-handles.ts'
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
    /** Whether a tenant was one here and is none any more. */
    readonly isRemoved: (id: TenantId) => boolean
    readonly onListenerError: (error: unknown) => void
    readonly clean: (text: string) => string
  },
  open: Disposers,
): Guarding {
  const { options, clock, tenantOf, isRemoved, onListenerError, clean } = parts
  const context = createTenantContext<unknown>({ tenantOf })
  const guard = createGuard({ ...options, context, clock, isRemoved, onListenerError, clean })
  open.add(() => guard.close())
  return { context, guard }
}

/** The tenants of a plane where none has values of its own. */
export interface SharedTenants {
  /** The handle of a tenant, which reads the shared configuration. Reading throws `tenant_not_active` before there is one. */
  of(id: TenantId): Tenant
  show(snapshot: Snapshot<object>): void
}

export function createSharedTenants(): SharedTenants {
  // A field and no accessor: readers compare with it every time.
  const owner: TenantOwner & { shared: Snapshot<object> | undefined } = {
    shared: undefined,
    refresh(tenant) {
      const { shared } = owner
      if (shared !== undefined) return tenant.settle(shared.config, shared)
      throw new TrimtabError('tenant_not_active', `The tenant ${tenant.id} is read before there is a configuration.`)
    },
  }
  const handles = new TenantHandles(owner)
  return {
    of: (id) => handles.get(id, false),
    show(snapshot) {
      owner.shared = snapshot
    },
  }
}
