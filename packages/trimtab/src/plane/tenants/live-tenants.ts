import type { JsonObject } from '../../primitives/json.ts'
import { keptAlive } from '../../primitives/time/clock.ts'
import type { ReaderStatus } from '../../sources/source.ts'
import type { TenantDecisions } from '../../tenancy/lifecycle/tenant-decisions.ts'
import type { TenantLifecycle } from '../../tenancy/lifecycle/tenant-lifecycle.ts'
import { seedTenant, type SeedResult, type SeedTerms, type TenantHome } from './seed-tenant.ts'
import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import type { Emitter } from '../../primitives/emitter.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import { writtenFor } from '../../tenancy/overlay/effective.ts'
import type { TenantConfigs } from '../../tenancy/overlay/tenant-configs.ts'
import type { TenantEvent, TenantState } from '../../tenancy/overlay/tenant-events.ts'
import type { TenantOutcome } from '../../tenancy/overlay/tenant-outcome.ts'
import type { TenantOverlays } from '../../tenancy/overlay/tenant-overlays.ts'
import type { TenantValueChange, TenantWatches } from '../../tenancy/overlay/tenant-watches.ts'
import { parseTenantId, type TenantId } from '../../tenancy/tenant-id.ts'
import type { OwnedTenantContext } from '../../tenancy/context.ts'
import type { Tenant, TenantContext } from '../../tenancy/tenants.ts'
import { explainPath, type Explanation } from '../explain.ts'
import type { WatchOptions } from '../watchers.ts'
import type { DrainReport, Tenants, TenantStatus } from './tenants.ts'

/** What a plane with the option `tenants` has running. */
export interface TenantsParts {
  readonly definition: ConfigDefinition
  readonly configs: TenantConfigs
  readonly overlays: TenantOverlays
  readonly watches: TenantWatches
  readonly events: Emitter<TenantEvent>
  readonly isReference: (text: string) => boolean
  readonly lifecycle: TenantLifecycle
  readonly decisions: TenantDecisions
  /** Whether a tenant that nobody has heard of has what all share. */
  readonly isEverybodyKnown: boolean
  /** Where a tenant's own values can be published; undefined where they can't. */
  readonly homeOf: (tenant: TenantId) => TenantHome | undefined
  /** How a tenant that has a store of its own is read from it. */
  readonly feedOf: (tenant: TenantId) => ReaderStatus | undefined
  drain(signal: AbortSignal | undefined): Promise<DrainReport>
}

/** `parts` is undefined where the plane has no option `tenants`. */
export class LiveTenants implements Tenants<unknown> {
  readonly #context: OwnedTenantContext<unknown>
  readonly #tenantOf: (id: TenantId) => Tenant
  readonly #parts: TenantsParts | undefined
  readonly run: TenantContext['run']
  readonly current: TenantContext['current']
  readonly bind: TenantContext['bind']

  constructor(
    context: OwnedTenantContext<unknown>,
    tenantOf: (id: TenantId) => Tenant,
    parts: TenantsParts | undefined,
  ) {
    this.#context = context
    this.#tenantOf = tenantOf
    this.#parts = parts
    // Bound, so that they can be handed on; and without a call between, because readers come here all the time.
    this.run = this.#context.run
    this.current = this.#context.current
    this.bind = this.#context.bind
  }

  get(tenant: string): Tenant {
    return this.#tenantOf(parseTenantId(tenant))
  }

  stateOf(tenant: TenantId): TenantState {
    return this.#configured.overlays.stateOf(tenant)
  }

  list(): readonly TenantId[] {
    return this.#configured.overlays.ids
  }

  status(tenant: string): TenantStatus {
    const { overlays, configs, decisions, feedOf } = this.#configured
    const id = parseTenantId(tenant)
    const feed = feedOf(id)
    return {
      tenant: id,
      state: overlays.stateOf(id),
      hasOverlay: configs.overlays.has(id),
      held: configs.troubles.get(id),
      lastOutcome: overlays.lastOutcome(id),
      staleSince: decisions.suspendedSince(id) ?? feed?.staleSince,
      feed,
    }
  }

  get states(): readonly TenantStatus[] {
    return this.list().map((id) => this.status(id))
  }

  watch(
    path: string,
    listener: (change: TenantValueChange<never>) => unknown,
    { signal }: WatchOptions = {},
  ): Disposer {
    const { watches, definition } = this.#configured
    if (typeof listener !== 'function')
      throw new TrimtabError('option_invalid', 'tenants.watch() needs a function that it can call.')
    // A path is looked up now, because one that nobody knows would never tell anything. As the types have it, it is known.
    definition.section(path as never)
    // The public signature ties the listener to the schema's types; here it is only passed on.
    return watches.watch(path, listener as (change: TenantValueChange) => unknown, signal)
  }

  explain(tenant: string, path: string): Explanation {
    const { configs, definition, isReference } = this.#configured
    const { config } = this.get(tenant)
    const { shared } = configs
    // It has just been read, which throws where there is nothing shared.
    if (shared === undefined) throw new TrimtabError('internal', 'A tenant reads what is not there.')
    const layer = configs.overlays.get(parseTenantId(tenant))?.layer
    return explainPath(path, {
      shape: definition.shape,
      // A configuration is an object.
      snapshot: { ...shared, config: config as object, written: writtenFor(shared, layer) },
      layers: layer === undefined ? shared.layers : [...shared.layers, layer],
      // Fields that wait for a restart are not for tenants.
      pending: [],
      isReference,
    })
  }

  async reload(tenant: string): Promise<TenantOutcome> {
    const { overlays } = this.#configured
    const id = parseTenantId(tenant)
    // Here and below: what is set going for one tenant is not part of another's work, whoever asks for it.
    return this.#context.outside(() => overlays.reload(id))
  }

  async reloadAll(): Promise<readonly TenantOutcome[]> {
    const { overlays } = this.#configured
    return this.#context.outside(() => overlays.reloadAll())
  }

  async activate(tenant: string, { signal }: WatchOptions = {}): Promise<TenantStatus> {
    return this.#after(tenant, (id, { lifecycle }) => lifecycle.activate(id, signal))
  }

  async suspend(tenant: string): Promise<TenantStatus> {
    return this.#after(tenant, (id, { lifecycle }) => lifecycle.suspend(id))
  }

  async remove(tenant: string): Promise<TenantStatus> {
    return this.#after(tenant, (id, { lifecycle }) => lifecycle.remove(id))
  }

  async rotateCredentials(tenant: string): Promise<TenantStatus> {
    return this.#after(tenant, (id, { lifecycle }) => lifecycle.rotate(id))
  }

  async ready(tenant: string, { signal }: WatchOptions = {}): Promise<Tenant> {
    const { overlays, lifecycle, isEverybodyKnown } = this.#configured
    const id = parseTenantId(tenant)
    if (overlays.stateOf(id) === 'unknown' && !isEverybodyKnown)
      await this.#context.outside(() => keptAlive(() => lifecycle.activate(id, signal)))
    if (overlays.stateOf(id) === 'suspended')
      throw new TrimtabError('tenant_suspended', `The tenant ${id} is suspended.`, { details: { tenant: id } })
    const handle = this.#tenantOf(id)
    // Throws where it has none.
    void handle.config
    return handle
  }

  async seed(tenant: string, values: JsonObject, terms: SeedTerms): Promise<SeedResult> {
    const id = parseTenantId(tenant)
    const home = this.#configured.homeOf(id)
    if (home !== undefined) return keptAlive(() => seedTenant(home, id, values, terms))
    throw new TrimtabError('not_writable', "Tenants' own values are not in a store here, so that none can be seeded.")
  }

  async drain({ signal }: WatchOptions = {}): Promise<DrainReport> {
    const parts = this.#configured
    return this.#context.outside(() => keptAlive(() => parts.drain(signal)))
  }

  async #after(tenant: string, step: (id: TenantId, parts: TenantsParts) => Promise<void>): Promise<TenantStatus> {
    const id = parseTenantId(tenant)
    const parts = this.#configured
    await this.#context.outside(() => keptAlive(() => step(id, parts)))
    return this.status(id)
  }

  get events(): Emitter<TenantEvent> {
    return this.#configured.events
  }

  get #configured(): TenantsParts {
    if (this.#parts !== undefined) return this.#parts
    throw new TrimtabError(
      'part_not_configured',
      "This plane has no tenants with values of their own. Add the option `tenants` to createPlane(): { folder: 'tenants' }.",
    )
  }
}
