import type { Disposers } from '../../primitives/disposers.ts'
import { createEmitter, type Emitter } from '../../primitives/emitter.ts'
import type { Random } from '../../primitives/random.ts'
import type { Sharing } from '../../primitives/sharing.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Source } from '../../sources/source.ts'
import type { ConfigStore, StoreEvent } from '../../store/config-store.ts'
import type { EnvironmentFeed } from '../../store/feed/environment-feed.ts'
import type { FeedEvent } from '../../store/feed/feed-event.ts'
import type { EnvironmentName } from '../../store/scope.ts'
import { leaseFeed } from '../../store/source/lease-feed.ts'
import { isStoreOverlays } from '../../store/source/store-overlays.ts'
import { isStoreSource } from '../../store/source/store-source.ts'
import type { OverlaySource } from '../../sources/overlays/overlay-source.ts'

/** One environment that a plane follows. */
export interface PlaneStore {
  readonly store: ConfigStore
  readonly environment: EnvironmentName
  readonly feed: EnvironmentFeed
  /** What it is read for. */
  readonly reads: 'all' | 'tenants' | 'both'
}

/** What a feed of a plane tells. */
export interface PlaneFeedEvent {
  readonly environment: EnvironmentName
  /** Whose it is, where tenants have stores of their own. */
  readonly tenant?: string | undefined
  readonly event: FeedEvent
}

/** The environments that the sources and the tenants of a plane come from: one feed each, whoever reads from it. */
export interface PlaneStores {
  readonly list: readonly PlaneStore[]
  readonly events: Emitter<PlaneFeedEvent>
  /** Publishes to these environments, whoever in this process publishes. */
  readonly publishes: Emitter<StoreEvent>
}

export interface PlaneStoresParts {
  readonly sources: readonly Source[]
  readonly overlays: OverlaySource | undefined
  readonly sharing: Sharing
  readonly clock: Clock
  readonly random: Random
  readonly onListenerError: (error: unknown) => void
}

/** Begins to follow them. What is opened from the same stores afterwards shares these feeds. */
export function openPlaneStores(parts: PlaneStoresParts, open: Disposers): PlaneStores {
  const { sources, overlays } = parts
  const events = createEmitter<PlaneFeedEvent>(parts.onListenerError)
  const publishes = createEmitter<StoreEvent>(parts.onListenerError)
  const list: PlaneStore[] = []
  const listenTo = (store: ConfigStore) =>
    store.events.on((event) => {
      const read = list.filter((each) => each.store === store)
      if (event.environment !== undefined && !read.some(({ environment }) => environment === event.environment)) return
      publishes.emit(event)
    })
  const forAll = sources.filter(isStoreSource)
  const forTenants = overlays && isStoreOverlays(overlays) ? [overlays] : []
  for (const wanted of [...forAll, ...forTenants]) {
    const { store, environment } = wanted
    const isWanted = (other: Pick<PlaneStore, 'store' | 'environment'>) => {
      return other.store === store && other.environment === environment
    }
    if (list.some(isWanted)) continue
    const isTenants = forTenants.some(isWanted)
    const reads = !isTenants ? 'all' : forAll.some(isWanted) ? 'both' : 'tenants'
    const { value: feed, release } = leaseFeed(parts, store, environment)
    const stop = feed.events.on((event) => events.emit({ environment, event }))
    if (!list.some((each) => each.store === store)) open.add(listenTo(store))
    list.push({ store, environment, feed, reads })
    open.add(
      async () => {
        stop()
        await release()
      },
      () => [`store:${environment}`],
    )
  }
  return { list, events, publishes }
}
