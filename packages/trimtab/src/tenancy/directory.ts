import type { TenantId } from './tenant-id.ts'

/** Who knows which tenants there are. */
export interface TenantDirectory {
  /** What is known of a tenant here, without asking anybody. */
  stateOf(tenant: TenantId): 'active' | 'suspended' | 'unknown'
}
