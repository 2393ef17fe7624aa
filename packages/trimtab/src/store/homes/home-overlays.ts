import { type SourceName, sourceName } from '../../model/source-name.ts'
import { childController, createController, onAbort } from '../../primitives/concurrency/abort.ts'
import { createEmitter, type Emitter } from '../../primitives/emitter.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { createSharing } from '../../primitives/sharing.ts'
import type { ListedTenant, OverlayHomes, OverlayReader, OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { ReaderStatus, SourceHost } from '../../sources/source.ts'
import type { ConfigStore, StoreEvent } from '../config-store.ts'
import type { EnvironmentFeed } from '../feed/environment-feed.ts'
import type { StoreListener } from '../feed/listener-counts.ts'
import { type EnvironmentName, parseEnvironment } from '../scope.ts'
import { StoredOverlay, unpublishedOverlay } from '../source/stored-overlay.ts'
import { type HomeOptions, homeTimings, type OpenTenantStore } from './home-options.ts'
import { type HomeEvent, isOfTenant, TenantHome } from './tenant-home.ts'

/** Overlays of tenants that have stores of their own. */
export interface HomeOverlays extends OverlaySource {
  readonly environment: EnvironmentName
  openHomes(host: HomesHost): HomesReader
}

/** What the homes of a plane's tenants are given. */
interface HomesHost extends SourceHost {
  /** Has the next reading of a tenant's configuration be told, by `wasRead`; or has it not be told any more. */
  readonly watchReads: (tenant: string, isWatched: boolean) => void
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

/** A tenant's store, and the feed that it is followed by. */
export interface OpenHome {
  readonly store: Pick<ConfigStore, 'read' | 'history' | 'publish'>
  readonly feed: EnvironmentFeed
  readonly environment: EnvironmentName
}

/** How a tenant's store is followed. */
export interface FollowedHome {
  readonly tenant: string
  readonly feed: EnvironmentFeed
  readonly listener: StoreListener | undefined
  /** Whether it is looked at less often, because nobody has read it for a while. */
  readonly isAsleep: boolean
}

/** The homes of tenants, opened. */
export interface HomesReader extends OverlayReader {
  readonly homes: OverlayHomes
  /** What their feeds tell. */
  readonly events: Emitter<HomeEvent>
  /** Publishes to them, whoever in this process publishes. */
  readonly publishes: Emitter<StoreEvent>
  /** How a tenant's feed is; undefined where it has none, because it is not active. */
  statusOf(tenant: string): ReaderStatus | undefined
  /** Those of all tenants that are active. */
  readonly followed: readonly FollowedHome[]
  /** Undefined where the tenant is not active. */
  homeOf(tenant: string): OpenHome | undefined
  /** Somebody has read a tenant's configuration. */
  wasRead(tenant: string): void
}

/**
 * What each tenant has of its own in a store of its own, in that tenant's scope of the environment. Nobody is known before
 * somebody has activated it, and what a store says of states is not followed: whoever is suspended is not connected to.
 */
export function homeOverlays(options: {
  readonly environment: string
  readonly open: OpenTenantStore
  readonly idleAfter?: number | undefined
  readonly idlePoll?: number | undefined
}): HomeOverlays {
  const { open, idleAfter = homeTimings.idleAfter, idlePoll = homeTimings.idlePoll } = options
  const environment = parseEnvironment(options.environment)
  const name = sourceName('tenants', environment)
  const openHomes = (host: HomesHost) => openReader(host, name, { environment, open, idleAfter, idlePoll })
  return Object.freeze<HomeOverlays>({
    name,
    unlisted: 'not_active',
    environment,
    open: (host) => openHomes({ ...host, watchReads: () => {} }),
    openHomes,
  })
}

export function isHomeOverlays(source: OverlaySource): source is HomeOverlays {
  return 'openHomes' in source
}

function openReader(host: HomesHost, name: SourceName, options: HomeOptions): HomesReader {
  const { clock, random, sharing = createSharing(), watchReads, onListenerError } = host
  const events = createEmitter<HomeEvent>(onListenerError)
  const publishes = createEmitter<StoreEvent>(onListenerError)
  const homes = new Map<string, TenantHome>()
  /** What was read last, by tenant. */
  const seen = new Map<string, JsonObject | undefined>()
  const closing = createController()
  const attaching = new Set<Promise<void>>()

  const told = new WeakSet<StoreEvent>()
  // Tenants that were given the same store hear of each other's publishes.
  const onPublish = (event: StoreEvent) => {
    if (told.has(event)) return
    told.add(event)
    publishes.emit(event)
  }
  const parts = { ...options, clock, random, sharing, onListenerError, events, onPublish, watchReads }
  const treeOf = (tenant: string) => homes.get(tenant)?.document?.overlays.get(tenant)
  const detach = async (tenant: string, isKept: boolean) => {
    const home = homes.get(tenant)
    if (!isKept) {
      homes.delete(tenant)
      seen.delete(tenant)
    }
    await home?.detach(isKept)
  }

  return {
    events,
    publishes,
    homes: {
      async attach(tenant, signal) {
        const home = homes.get(tenant) ?? new TenantHome({ ...parts, tenant })
        homes.set(tenant, home)
        const { controller, release } = childController(signal, closing.signal)
        const attached = home.attach(controller.signal)
        attaching.add(attached)
        try {
          await attached
        } finally {
          release()
          attaching.delete(attached)
          // One that could not be reached, and has never been, is none.
          if (home.isUnused && homes.get(tenant) === home) homes.delete(tenant)
        }
      },
      rotate: async (tenant, signal) => homes.get(tenant)?.rotate(signal),
      detach,
    },
    get followed() {
      return [...homes].flatMap(([tenant, { feed, store, isAsleep }]): readonly FollowedHome[] => {
        return feed === undefined ? [] : [{ tenant, feed, listener: store?.listener, isAsleep }]
      })
    },
    statusOf: (tenant) => homes.get(tenant)?.status,
    homeOf(tenant) {
      const { store, feed } = homes.get(tenant) ?? {}
      return store && feed && { store, feed, environment: options.environment }
    },
    wasRead: (tenant) => homes.get(tenant)?.wasRead(),
    async list() {
      const tenants = [...homes].flatMap(([tenant, { document }]): readonly ListedTenant[] => {
        if (document === undefined) return []
        const isChanged = !seen.has(tenant) || seen.get(tenant) !== treeOf(tenant)
        return [{ tenant, state: 'active', isChanged, origin: { source: name } }]
      })
      return { kind: 'listed', tenants, warnings: [] }
    },
    async read(tenant) {
      const tree = treeOf(tenant)
      if (homes.has(tenant)) seen.set(tenant, tree)
      if (tree === undefined) return { kind: 'absent', problem: unpublishedOverlay(name, tenant) }
      return { kind: 'layer', layer: new StoredOverlay(name, tree), warnings: [] }
    },
    watch: (wake, signal) =>
      new Promise((resolve) => {
        const stop = events.on(({ tenant, event }) => {
          if (isOfTenant(tenant, event)) wake()
        })
        onAbort(signal, () => {
          stop()
          resolve()
        })
      }),
    async refresh(signal) {
      // One that is away says so itself, and is no reason for the others.
      await Promise.allSettled([...homes.values()].map(async ({ feed }) => feed?.refresh(signal)))
    },
    async close() {
      closing.abort()
      await Promise.allSettled(attaching)
      await Promise.all([...homes.values()].map((home) => home.detach(true)))
    },
  }
}
