import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { EmitterSource } from '../../primitives/emitter.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import { type Problem, printProblem } from '../../schema/problem.ts'
import type { Resolved } from '../../sources/references.ts'
import type { Layer } from '../../model/layer.ts'
import type { TenantId } from '../tenant-id.ts'
import { effectiveConfig } from './effective.ts'
import type { LiveTenant, TenantOwner } from './live-tenant.ts'
import { Overlay } from './overlay.ts'
import type { TenantEvent } from './tenant-events.ts'
import { TenantHandles } from './tenant-handles.ts'

export interface TenantConfigsParts {
  readonly definition: ConfigDefinition
  readonly events: EmitterSource<TenantEvent>
  /** Wall time. */
  readonly now: () => number
  /** Whether a tenant without an overlay has the shared configuration. */
  readonly isShared: (id: TenantId) => boolean
  /** What is shared again where the snapshot in force does not prove itself; undefined where it has, or there is nothing. */
  readonly ground?: (() => Snapshot<object> | undefined) | undefined
  /** Somebody has read a tenant that `watchReads` was called for. */
  readonly onRead?: ((id: TenantId) => void) | undefined
}

/** Why a tenant does not read what is configured for it. */
export interface Trouble {
  readonly problems: readonly Problem[]
  /** Wall time. */
  readonly since: number
  /** Whether there is a last good configuration to go on with. */
  readonly hasGood: boolean
}

/**
 * How often it was decided what a tenant reads, which is once for each change and not at each reading: that it is what all
 * share, something made for it, or its last good one because it can't have what is configured.
 */
export interface EffectiveCounts {
  reused: number
  built: number
  stale: number
}

/** What is read for a tenant: its overlay, or that it has none. */
export interface TenantContent {
  readonly layer: Layer
  readonly resolved: Resolved | undefined
}

/** What a tenant had before what is shared changed: without content, that itself. */
export interface Ground {
  readonly content: TenantContent | undefined
}

/**
 * What tenants read. The shared snapshot is one field, so that a change of it costs nothing here: whoever reads next
 * finds that it is another one and has the tenant's own made anew. A tenant's last good configuration is given up only
 * for a valid one.
 */
export class TenantConfigs implements TenantOwner {
  readonly #parts: TenantConfigsParts
  readonly #overlays = new Map<TenantId, Overlay>()
  readonly #troubles = new Map<TenantId, Trouble>()
  readonly #handles = new TenantHandles(this)
  /** What tenants had, above what is shared again if the snapshot in force is undone, where they have something else since. */
  readonly #grounds = new Map<TenantId, Ground & { readonly shared: object }>()
  /** Whose next reader is to be told of. */
  readonly #watched = new Set<TenantId>()
  readonly #counts: EffectiveCounts = { reused: 0, built: 0, stale: 0 }
  shared: Snapshot<object> | undefined
  /** True once every overlay has been read: before that nobody may take the shared values for a tenant's. */
  isLoaded = false

  constructor(parts: TenantConfigsParts) {
    this.#parts = parts
  }

  get overlays(): ReadonlyMap<TenantId, Overlay> {
    return this.#overlays
  }

  get troubles(): ReadonlyMap<TenantId, Trouble> {
    return this.#troubles
  }

  get counts(): Readonly<EffectiveCounts> {
    return this.#counts
  }

  get(id: TenantId): LiveTenant<unknown> {
    return this.#handles.get(id, this.#overlays.has(id))
  }

  refresh(tenant: LiveTenant<unknown>): object {
    const { id } = tenant
    const { shared } = this
    if (shared === undefined || !this.isLoaded) throw notActive(id, 'the overlays have not been loaded yet')
    if (this.#watched.delete(id)) this.#parts.onRead?.(id)
    const held = tenant.wake(shared)
    if (held !== undefined) return held
    const overlay = this.#overlays.get(id)
    if (overlay !== undefined) return this.#refreshOverlay(tenant, overlay, shared)
    const trouble = this.#troubles.get(id)
    if (trouble !== undefined && !trouble.hasGood) throw invalid(id, trouble.problems)
    if (!this.#parts.isShared(id)) throw notActive(id, 'it has not been activated')
    this.#counts.reused += 1
    return tenant.settle(shared.config, shared)
  }

  /** Has the next reading of a tenant be told, once: it is the only one that costs something. Or has it not be told. */
  watchReads(id: TenantId, isWatched: boolean): void {
    if (!isWatched) return void this.#watched.delete(id)
    this.#watched.add(id)
    this.#handles.find(id)?.doze()
  }

  /** What a tenant reads, without keeping it; undefined where it has nothing. */
  peek(id: TenantId): object | undefined {
    const { shared } = this
    const overlay = this.#overlays.get(id)
    if (shared === undefined || !this.isLoaded) return undefined
    if (overlay === undefined) return this.#readsShared(id) ? shared.config : undefined
    const handle = this.#handles.find(id)
    if (handle !== undefined && handle.isSettledFor(shared)) return handle.held
    return this.above(shared, overlay) ?? handle?.held ?? this.above(overlay.base, overlay)
  }

  /** A tenant's configuration above some shared snapshot; undefined where it would be invalid. */
  above(shared: Snapshot<object>, overlay: Overlay): object | undefined {
    const effective = effectiveConfig(this.#parts.definition, shared, overlay)
    return effective.ok ? effective.config : undefined
  }

  /** Decides what a tenant reads, as if somebody had read it: so that it is told where it has to be held. */
  settleQuietly(id: TenantId): void {
    try {
      void this.get(id).config
    } catch {
      // The next reader is told.
    }
  }

  /** Puts a valid overlay, or none, in force. `config` is what it makes of `shared`. */
  commit(
    id: TenantId,
    content: TenantContent | undefined,
    config: object,
    shared: Snapshot<object>,
    isStillHeld = false,
  ): void {
    this.#keepGround(id)
    if (content === undefined) this.#overlays.delete(id)
    else this.#overlays.set(id, new Overlay(content.layer, content.resolved, shared))
    this.#handles.place(id, content !== undefined)
    this.#count(config, shared)
    // Nothing is made for who has not read yet; where the shared one has moved on, the next reader sees that.
    const handle = this.#handles.find(id)
    // What all share is not for who is gone from where everybody has to be activated.
    if (content === undefined && !this.#parts.isShared(id)) handle?.unsettle()
    else handle?.settle(config, shared)
    if (this.#watched.has(id)) handle?.doze()
    if (!isStillHeld) this.#recover(id)
  }

  /** Keeps a tenant on what it has. With `config`, on that one, whatever the shared snapshot would give. */
  hold(id: TenantId, problems: readonly Problem[], config?: object): void {
    const { shared } = this
    const known = this.#troubles.get(id)
    const hasGood = this.#overlays.has(id) || (this.isLoaded && (known?.hasGood ?? true) && this.#parts.isShared(id))
    if (config !== undefined && shared !== undefined) this.get(id).settle(config, shared)
    this.#troubles.set(id, { problems, since: known?.since ?? this.#parts.now(), hasGood })
    if (hasGood) this.#counts.stale += 1
    else this.#handles.find(id)?.unsettle()
    if (known !== undefined && known.hasGood === hasGood && isSame(known.problems, problems)) return
    this.#parts.events.emit({ kind: 'held', tenant: id, hasGood, problems })
  }

  /** Who has something since then that was checked above a snapshot which has been undone. */
  get returned(): readonly TenantId[] {
    const { shared } = this
    return [...this.#grounds].flatMap(([id, ground]) => (ground.shared === shared?.config ? [id] : []))
  }

  /** What such a tenant had before. */
  groundOf(id: TenantId): Ground | undefined {
    const ground = this.#grounds.get(id)
    return ground !== undefined && ground.shared === this.shared?.config ? ground : undefined
  }

  /** The first time that a tenant gets something while what is shared may be undone. */
  #keepGround(id: TenantId): void {
    const shared = this.#parts.ground?.()?.config
    if (shared === undefined) return void this.#grounds.delete(id)
    const content = this.#overlays.get(id)
    // Who could read nothing has nothing to go back to.
    const hasGround = content !== undefined || (this.isLoaded && this.#readsShared(id))
    if (hasGround && this.#grounds.get(id)?.shared !== shared) this.#grounds.set(id, { content, shared })
  }

  /** Of one without an overlay. */
  #readsShared(id: TenantId): boolean {
    return this.#troubles.get(id)?.hasGood ?? this.#parts.isShared(id)
  }

  #refreshOverlay(tenant: LiveTenant<unknown>, overlay: Overlay, shared: Snapshot<object>): object {
    const effective = effectiveConfig(this.#parts.definition, shared, overlay)
    if (effective.ok) {
      overlay.base = shared
      this.#count(effective.config, shared)
      return tenant.settle(effective.config, shared)
    }
    const good = tenant.held ?? this.above(overlay.base, overlay)
    if (good === undefined) throw invalid(tenant.id, effective.problems)
    tenant.settle(good, shared)
    this.hold(tenant.id, effective.problems)
    return good
  }

  #count(config: object, shared: Snapshot<object>): void {
    if (config === shared.config) this.#counts.reused += 1
    else this.#counts.built += 1
  }

  #recover(id: TenantId): void {
    if (this.#troubles.delete(id)) this.#parts.events.emit({ kind: 'recovered', tenant: id })
  }
}

export function isSame(a: readonly Problem[], b: readonly Problem[]): boolean {
  return a.map(printProblem).join('\n') === b.map(printProblem).join('\n')
}

function notActive(id: TenantId, why: string): TrimtabError {
  return new TrimtabError('tenant_not_active', `The tenant ${id} can't be used: ${why}.`, { details: { tenant: id } })
}

function invalid(id: TenantId, problems: readonly Problem[]): TrimtabError {
  const lines = problems.filter(({ severity }) => severity === 'error').map((problem) => `  ${printProblem(problem)}`)
  return new TrimtabError(
    'tenant_invalid',
    [`The configuration of the tenant ${id} is invalid, and there is no good one to go on with:`, ...lines].join('\n'),
    { details: { tenant: id, problems } },
  )
}
