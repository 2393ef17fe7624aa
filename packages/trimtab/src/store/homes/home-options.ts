import type { ConfigStore } from '../config-store.ts'
import type { EnvironmentName } from '../scope.ts'

/**
 * Gives the store that a tenant has for itself. It is asked at every attempt to reach it, so that credentials which have
 * been replaced meanwhile are used; each time for a new store, which is closed when it is done with. Where there is no such
 * tenant it throws a `TrimtabError` of the code `tenant_unknown`, which is not tried again.
 */
export type OpenTenantStore = (
  tenant: string,
  options: { readonly signal: AbortSignal },
) => ConfigStore | PromiseLike<ConfigStore>

/** How tenants with stores of their own are reached. Spans are milliseconds. */
export interface HomeOptions {
  /** What is the tenant's there is its scope in this environment: `checkout/production/acme`. */
  readonly environment: EnvironmentName
  readonly open: OpenTenantStore
  /** After how long without a reader and without a change nobody listens for a tenant any more. */
  readonly idleAfter: number
  /** How often it is looked at then, give or take a quarter. */
  readonly idlePoll: number
}

/** Milliseconds. */
export const homeTimings = {
  idleAfter: 600_000,
  idlePoll: 60_000,
  /** What giving a store may take: its credentials may have to be asked for. */
  openTimeout: 10_000,
  /** How long a store is waited for that is to close. */
  closeTimeout: 5_000,
  /** How long an activation waits until somebody listens, where the store can be read: it may have nobody who does. */
  listenPatience: 2_000,
} as const
