import type { EmitterSource } from '../../../primitives/emitter.ts'
import type { Problem } from '../../../schema/problem.ts'
import type { OverlayListing } from '../../../sources/overlays/overlay-source.ts'
import type { TenantDirectory } from '../../directory.ts'
import type { TenantId } from '../../tenant-id.ts'
import { isSame, type TenantConfigs } from '../tenant-configs.ts'
import type { TenantEvent, TenantState } from '../tenant-events.ts'
import { type JudgedList, judgeList } from './tenant-list.ts'

export interface TakenList {
  /** Why there is no list; none where there is one. */
  readonly problems: readonly Problem[]
  readonly tenants: JudgedList['tenants']
  /** The tenants whose overlays may be others now. */
  readonly due: readonly TenantId[]
}

/** Who there is, and in which state, as the newest listing says. Those with an overlay are not written down twice. */
export class TenantRoster implements TenantDirectory {
  readonly #configs: TenantConfigs
  readonly #events: EmitterSource<TenantEvent>
  readonly #suspended = new Set<TenantId>()
  /** Listed without an overlay. */
  readonly #bare = new Set<TenantId>()
  #clashes: ReadonlyMap<TenantId, Problem> = new Map()
  #problems: readonly Problem[] = []

  constructor(configs: TenantConfigs, events: EmitterSource<TenantEvent>) {
    this.#configs = configs
    this.#events = events
  }

  get ids(): readonly TenantId[] {
    return [...new Set([...this.#configs.overlays.keys(), ...this.#bare, ...this.#configs.troubles.keys()])]
  }

  isBare(id: TenantId): boolean {
    return this.#bare.has(id) && !this.#configs.overlays.has(id)
  }

  stateOf(id: TenantId): TenantState {
    if (this.#suspended.has(id)) return 'suspended'
    const { overlays, troubles } = this.#configs
    return overlays.has(id) || this.#bare.has(id) || troubles.has(id) ? 'active' : 'unknown'
  }

  /** Why the overlay of a tenant is not read, whatever is in it. */
  clashOf(id: TenantId): Problem | undefined {
    return this.#clashes.get(id)
  }

  /** Takes a listing over. One that can't be read is about nobody, and takes nobody away. */
  take(listing: OverlayListing, all: boolean): TakenList {
    if (listing.kind === 'unreadable') {
      this.#note(listing.problems)
      return { problems: listing.problems, tenants: new Map(), due: [] }
    }
    const { tenants, clashes, problems } = judgeList(listing.tenants)
    const clashed = this.#clashes
    this.#clashes = clashes
    this.#note([...listing.warnings, ...problems])
    for (const [id, { state }] of tenants) {
      const isSuspended = state === 'suspended'
      if (isSuspended === this.#suspended.has(id)) continue
      this.#change(id, () => (isSuspended ? this.#suspended.add(id) : this.#suspended.delete(id)))
    }
    const isDue = (id: TenantId) => all || tenants.get(id)?.isChanged === true || clashed.has(id) !== clashes.has(id)
    const gone = this.ids.filter((id) => !tenants.has(id))
    const due = [...tenants.keys()].filter(isDue)
    // One that turns out to have nothing of its own any more is not gone for a moment. It is settled after it is read.
    for (const id of due) if (this.#configs.overlays.has(id)) this.#bare.add(id)
    return { problems: [], tenants, due: [...due, ...gone] }
  }

  /** Notes whether a tenant is listed, after its overlay has been read. */
  settle(id: TenantId, isListed: boolean): void {
    this.#change(id, () => {
      if (!isListed) this.#suspended.delete(id)
      if (isListed && !this.#configs.overlays.has(id)) this.#bare.add(id)
      else this.#bare.delete(id)
    })
  }

  /** Tells of a state that is another than `previous`. Not at boot, when all of them appear. */
  tell(id: TenantId, previous: TenantState): void {
    const next = this.stateOf(id)
    if (previous !== next && this.#configs.isLoaded) this.#events.emit({ kind: 'state', tenant: id, previous, next })
  }

  #change(id: TenantId, change: () => unknown): void {
    const previous = this.stateOf(id)
    change()
    this.tell(id, previous)
  }

  #note(problems: readonly Problem[]): void {
    if (isSame(problems, this.#problems)) return
    this.#problems = problems
    this.#events.emit({ kind: 'listing', problems })
  }
}
