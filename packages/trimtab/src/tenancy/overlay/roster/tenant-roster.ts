import type { EmitterSource } from '../../../primitives/emitter.ts'
import type { Problem } from '../../../schema/problem.ts'
import type { OverlayListing } from '../../../sources/overlays/overlay-source.ts'
import type { TenantDirectory } from '../../directory.ts'
import type { TenantId } from '../../tenant-id.ts'
import { isSame, type TenantConfigs } from '../tenant-configs.ts'
import type { TenantEvent, TenantState } from '../tenant-events.ts'
import { judgeList } from './tenant-list.ts'

export interface TakenList {
  /** Why there is no list; none where there is one. */
  readonly problems: readonly Problem[]
  /** False where it says nothing: it could not be read, or a later one has been taken already. */
  readonly isNewest: boolean
  /** The tenants whose overlays may be others now. */
  readonly due: readonly TenantId[]
}

/**
 * Who there is, and in which state, as the newest listing says: the one that was begun last, whichever comes last. Those
 * with an overlay are not written down twice.
 */
export class TenantRoster implements TenantDirectory {
  readonly #configs: TenantConfigs
  readonly #events: EmitterSource<TenantEvent>
  readonly #suspended = new Set<TenantId>()
  /** Listed without an overlay. */
  readonly #bare = new Set<TenantId>()
  #clashes: ReadonlyMap<TenantId, Problem> = new Map()
  #problems: readonly Problem[] = []
  /** Those who are due and have not been settled, with how often. */
  readonly #unsettled = new Map<TenantId, number>()
  /** Those of whom something is here, and whom the newest listing does not have. */
  #gone: ReadonlySet<TenantId> = new Set()
  /** Listings are numbered as they begin. */
  #begun = 0
  /** The newest that was taken over, and the newest whose problems were noted. */
  #taken = 0
  #noted = 0

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
    return this.#isHere(id) ? 'active' : 'unknown'
  }

  /** Why the overlay of a tenant is not read, whatever is in it. */
  clashOf(id: TenantId): Problem | undefined {
    return this.#clashes.get(id)
  }

  /** A listing begins: gives its number. */
  begin(): number {
    this.#begun += 1
    return this.#begun
  }

  /**
   * Takes a listing over. One that can't be read is about nobody, and takes nobody away. One that comes after a later one
   * is not looked at: with `all`, everybody who is here is due all the same.
   */
  take(listing: OverlayListing, began: number, all: boolean): TakenList {
    if (listing.kind === 'unreadable') {
      this.#note(listing.problems, began)
      return { problems: listing.problems, isNewest: false, due: [] }
    }
    if (began < this.#taken) return { problems: [], isNewest: false, due: all ? this.ids : [] }
    this.#taken = began
    const { tenants, clashes, problems } = judgeList(listing.tenants)
    const clashed = this.#clashes
    this.#clashes = clashes
    this.#note([...listing.warnings, ...problems], began)
    for (const [id, { state }] of tenants) {
      const isSuspended = state === 'suspended'
      if (isSuspended === this.#suspended.has(id)) continue
      this.#change(id, () => (isSuspended ? this.#suspended.add(id) : this.#suspended.delete(id)))
    }
    const isDue = (id: TenantId) => {
      if (all || tenants.get(id)?.isChanged === true || clashed.has(id) !== clashes.has(id)) return true
      return !this.#isHere(id) && !this.#unsettled.has(id)
    }
    const gone = new Set([...this.ids, ...this.#unsettled.keys()].filter((id) => !tenants.has(id)))
    this.#gone = gone
    const changed = [...tenants.keys()].filter(isDue)
    // One that turns out to have nothing of its own any more is not gone for a moment. It is settled after it is read.
    for (const id of changed) this.keep(id)
    const due = [...changed, ...gone]
    for (const id of due) this.#unsettled.set(id, (this.#unsettled.get(id) ?? 0) + 1)
    return { problems: [], isNewest: true, due }
  }

  /** Has a tenant that is listed stay one while its overlay is taken from it. */
  keep(id: TenantId): void {
    if (this.#configs.overlays.has(id)) this.#bare.add(id)
  }

  /** Notes whether a tenant is listed, after its overlay has been read: by now, whichever listing it was read for. */
  settle(id: TenantId): void {
    const others = (this.#unsettled.get(id) ?? 0) - 1
    if (others > 0) this.#unsettled.set(id, others)
    else this.#unsettled.delete(id)
    const isListed = !this.#gone.has(id)
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

  #isHere(id: TenantId): boolean {
    const { overlays, troubles } = this.#configs
    return overlays.has(id) || this.#bare.has(id) || troubles.has(id)
  }

  #change(id: TenantId, change: () => unknown): void {
    const previous = this.stateOf(id)
    change()
    this.tell(id, previous)
  }

  #note(problems: readonly Problem[], began: number): void {
    if (began < this.#noted) return
    this.#noted = began
    if (isSame(problems, this.#problems)) return
    this.#problems = problems
    this.#events.emit({ kind: 'listing', problems })
  }
}
