import type { HealthEvent } from '../../health/health.ts'
import type { ReloadEvent } from '../../reload/events.ts'
import type { OverrideEvent } from '../../sources/override.ts'
import type { GuardEvent } from '../../tenancy/guard/guard.ts'
import type { TenantEvent } from '../../tenancy/overlay/tenant-events.ts'

import type { PlaneFeedEvent } from '../store/plane-stores.ts'
import type { StoreEvent } from '../../store/config-store.ts'

/** Everything the parts of a plane tell, in the order it happened. `plane/events` makes CloudEvents of it. */
export type PlaneEvent =
  | ReloadEvent
  | { readonly kind: 'override'; readonly event: OverrideEvent }
  | { readonly kind: 'health'; readonly event: HealthEvent }
  | { readonly kind: 'tenant'; readonly event: TenantEvent }
  | { readonly kind: 'guard'; readonly event: GuardEvent }
  | { readonly kind: 'feed'; readonly feed: PlaneFeedEvent }
  | { readonly kind: 'store'; readonly event: StoreEvent }
  /** Something else than what is configured is about to be started. */
  | { readonly kind: 'recovered'; readonly from: 'last_known_good' | 'fallback'; readonly why: string }
