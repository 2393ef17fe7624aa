import type { JsonObject } from '../../primitives/json.ts'
import type { SeedResult, SeedTerms } from './seed-tenant.ts'
import type { DeepReadonly } from '../../model/deep-readonly.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import type { Emitter } from '../../primitives/emitter.ts'
import type { Problem } from '../../schema/problem.ts'
import type { PathsOf, ValueAt } from '../../schema/section.ts'
import type { ReaderStatus } from '../../sources/source.ts'
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
  /**
   * Since when what is configured for it is not followed, because it is suspended, or because the store it has for itself can't
   * be read; undefined where it is. Of a store that it shares with others `plane.sources` tells.
   */
  readonly staleSince: number | undefined
  /** How it is read from a store of its own; undefined where it is not active, or has none. */
  readonly feed: ReaderStatus | undefined
}

/** What had not ended when tenants were drained. */
export interface DrainReport {
  readonly unfinished: readonly TenantId[]
}

/**
 * The tenants of a plane. `run`, `current`, `bind` and `get` work on every plane; the others throw `part_not_configured`
 * where the option `tenants` is missing.
 *
 * @example
 * plane.tenants.run('acme', () => plane.tenants.current()?.config.limits.requestsPerSecond)
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
  /**
   * Takes a tenant up: what there is for it now is read, and then it is active. Idempotent; twenty at once are one. Throws
   * `store_unavailable` where that can't be read now: then the tenant is as it was, and is tried again until it succeeds or
   * another step is asked for.
   *
   * Whoever has a bus of their own tells a plane of tenants with these methods. Of what they say and what the source says
   * of a tenant the later counts; nothing is written.
   */
  activate(tenant: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<TenantStatus>
  /** Keeps what a tenant has and follows it no more. Harmless for one that is not known here. */
  suspend(tenant: string): Promise<TenantStatus>
  /**
   * Forgets a tenant: until it is activated, or listed anew, the guard takes it for none any more (`invalid_context`).
   * Harmless for one that is not known here.
   */
  remove(tenant: string): Promise<TenantStatus>
  /** Has an active tenant read anew with the credentials it has by now; any other is left as it is. */
  rotateCredentials(tenant: string): Promise<TenantStatus>
  /**
   * The handle of a tenant that can be read, activated once where it has to be. Throws `tenant_suspended`, `tenant_invalid`,
   * and what `activate` throws.
   */
  ready(tenant: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Tenant<Config>>
  /**
   * Publishes values that a tenant has never had, once, by a named author. What it has, or had and somebody took away,
   * stays as it is. Throws `not_writable` where tenants do not come from a store.
   */
  seed(tenant: string, values: JsonObject, terms: SeedTerms): Promise<SeedResult>
  /**
   * Ends all work for tenants, all at once; nothing is followed and nobody is told of anything any more, and what was read
   * stays. Names the tenants whose work, listeners of `watch` included, had not ended when the signal aborted, or after
   * 30 s. A second drain is harmless.
   */
  drain(options?: { readonly signal?: AbortSignal | undefined }): Promise<DrainReport>
  readonly events: Emitter<TenantEvent>
}
