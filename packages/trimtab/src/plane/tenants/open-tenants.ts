import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { KnownSecrets } from '../../model/secrecy/known-secrets.ts'
import type { RedactionBasis } from '../../model/secrecy/redaction.ts'
import type { Graph } from '../../modules/graph.ts'
import type { Disposers } from '../../primitives/disposers.ts'
import { createEmitter, type Emitter, type EmitterSource } from '../../primitives/emitter.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { Random } from '../../primitives/random.ts'
import type { Sharing } from '../../primitives/sharing.ts'
import type { OverlayReader, OverlaySource } from '../../sources/overlays/overlay-source.ts'
import { supervise } from '../../primitives/concurrency/supervise.ts'
import type { Engine } from '../../reload/engine.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import { sourceUnreadable } from '../../schema/problem.ts'
import { failureKind } from '../../sources/failure-kind.ts'
import type { OwnedTenantContext } from '../../tenancy/context.ts'
import { TenantConfigs } from '../../tenancy/overlay/tenant-configs.ts'
import type { TenantEvent } from '../../tenancy/overlay/tenant-events.ts'
import { TenantOverlays } from '../../tenancy/overlay/tenant-overlays.ts'
import { TenantSecrets } from '../../tenancy/overlay/tenant-secrets.ts'
import { TenantWatches } from '../../tenancy/overlay/tenant-watches.ts'
import type { Reading } from '../assembly.ts'
import { createFollower, restart } from '../follow-sources.ts'
import type { PlaneStore, PlaneStores } from '../store/plane-stores.ts'
import type { RefreshedTenants } from '../store/refresh.ts'
import { createModuleApplier } from './apply-tenant.ts'
import { type FollowedHome, type HomesReader, isHomeOverlays, type OpenHome } from '../../store/homes/home-overlays.ts'
import { isStoreOverlays } from '../../store/source/store-overlays.ts'
import { createTenantDecisions } from '../../tenancy/lifecycle/tenant-decisions.ts'
import { TenantLifecycle } from '../../tenancy/lifecycle/tenant-lifecycle.ts'
import { isTenantId, type TenantId } from '../../tenancy/tenant-id.ts'
import { drainTenants } from './drain-tenants.ts'
import { keepGoodOverlays, type KeptGood } from './kept-good.ts'
import { keepOverlays } from './kept-overlays.ts'
import type { PlaneEvent } from '../events/plane-event.ts'
import type { TenantHome } from './seed-tenant.ts'
import type { TenantsParts } from './live-tenants.ts'
import { observeTenants } from './observe-tenants.ts'

export interface OpenTenantsParts {
  readonly source: OverlaySource | undefined
  readonly sharing: Sharing
  readonly stores: PlaneStores
  /** Where the state of this process is kept. */
  readonly folder: string | undefined
  readonly definition: ConfigDefinition
  readonly engine: Engine
  readonly graph: Graph
  readonly reading: Reading
  readonly basis: RedactionBasis
  readonly context: OwnedTenantContext<unknown>
  readonly random: Random
  readonly logger: Logger
  /** Where tenants' secrets become known, to be kept out of every text. */
  readonly furtherSecrets: KnownSecrets
}

/** The tenants of a plane, from before its boot on. */
export interface OpenTenants extends TenantsParts {
  /** Whether a tenant was one here and is none any more: it has been let go of, too. */
  isRemoved(tenant: TenantId): boolean
  /** Where each tenant has a store of its own. */
  readonly ownHomes:
    | {
        readonly environment: string
        /** That of one; throws `tenant_not_active`. */
        of(tenant: TenantId): OpenHome
        followed(): readonly FollowedHome[]
      }
    | undefined
  /** Has what happens to stores of tenants told. */
  followHomes(tell: (event: PlaneEvent) => void): void
  /** Takes over what all share, in the turn in which it comes into force. */
  show(snapshot: Snapshot<object>): void
  readonly refreshed: RefreshedTenants
  /** Ends all work for tenants, before what it is done with is stopped. */
  quiet(): Promise<void>
  /** Loads every overlay, and follows them and the plane from then on. Throws `source_unreadable`. */
  start(): Promise<void>
}

/** Those of a store survive its absence at a start, where there is a state folder. */
function keptOverlays(parts: OpenTenantsParts, source: OverlaySource, reader: OverlayReader): OverlayReader {
  const { folder, definition, basis, engine, logger } = parts
  const home = feedOf(parts, source)
  if (folder === undefined || home === undefined) return reader
  const { clock } = engine.hookHost
  const { shape } = definition
  const storable = { shape, isReference: basis.isReference, clean: (text: string) => engine.scrub(text) }
  return keepOverlays(reader, { source, feed: home.feed, folder, clock, logger, ...storable })
}

/** Where all of them are followed together. */
function feedOf({ stores }: OpenTenantsParts, source: OverlaySource): PlaneStore | undefined {
  if (!isStoreOverlays(source)) return undefined
  return stores.list.find(({ store, environment }) => store === source.store && environment === source.environment)
}

/** Those of files survive a mistake that is there at a start, where there is a state folder. */
function keptGood(parts: OpenTenantsParts, source: OverlaySource, events: Emitter<TenantEvent>): KeptGood | undefined {
  const { folder, definition, basis, engine, logger } = parts
  if (folder === undefined || isStoreOverlays(source) || isHomeOverlays(source)) return undefined
  const { clock } = engine.hookHost
  const { shape } = definition
  const storable = { shape, isReference: basis.isReference, clean: (text: string) => engine.scrub(text) }
  return keepGoodOverlays({ source, events, folder, clock, logger, ...storable })
}

function sharedHome(source: OverlaySource): TenantHome | undefined {
  return isStoreOverlays(source) ? source : undefined
}

function ownHome(homes: HomesReader, tenant: TenantId): OpenHome {
  const home = homes.homeOf(tenant)
  if (home !== undefined) return home
  throw new TrimtabError(
    'tenant_not_active',
    `The store of the tenant ${tenant} is not open here. Activate it first.`,
    {
      details: { tenant },
    },
  )
}

/** Undefined where the plane has no option `tenants`. */
export function openTenants(parts: OpenTenantsParts, open: Disposers): OpenTenants | undefined {
  const { source, definition, engine, reading, context, random, logger, basis } = parts
  if (source === undefined) return undefined
  const { clock } = engine.hookHost
  const onListenerError = (error: unknown) => engine.noteListenerFailure(error)
  const { sharing } = parts
  const host = { clock, random, shape: definition.shape, sharing, onListenerError }
  // Ids of tenants are all that it is told of.
  const watchReads = (tenant: string, isWatched: boolean) => configs.watchReads(tenant as TenantId, isWatched)
  const homes = isHomeOverlays(source) ? source.openHomes({ ...host, watchReads }) : undefined
  const opened = homes ?? source.open(host)
  const told = createEmitter<TenantEvent>(onListenerError)
  // Whoever listens serves all tenants; some of it is found out by a tenant's own work.
  const events: EmitterSource<TenantEvent> = {
    on: (listener) => told.on(listener),
    emit: (event) => context.outside(() => told.emit(event)),
    get size() {
      return told.size
    },
  }
  observeTenants(events, logger)
  const isShared = (id: TenantId) => source.unlisted === 'shared' || overlays.isBare(id)
  const decisions = createTenantDecisions({
    source,
    inner: keptOverlays(parts, source, opened),
    now: () => clock.now(),
    known: {
      has: (tenant) => isTenantId(tenant) && overlays.stateOf(tenant) !== 'unknown',
      hasOverlay: (tenant) => isTenantId(tenant) && configs.overlays.has(tenant),
    },
  })
  const { reader } = decisions
  const onRead = (tenant: TenantId) => context.outside(() => homes?.wasRead(tenant))
  const ground = () => {
    const { committed, refuge } = engine
    return refuge === undefined || refuge === committed ? undefined : refuge.snapshot
  }
  const configs = new TenantConfigs({ definition, events, now: () => clock.now(), isShared, ground, onRead })
  const run = (tenant: string, work: () => unknown) => context.run(tenant, work)
  const watches = new TenantWatches({ configs, run, onListenerError })
  const wake = () => context.outside(() => overlays.referencesChanged())
  const follower = createFollower({ clock, random, logger, wake }, reading.resolvers)
  const good = keptGood(parts, source, events)
  const overlays: TenantOverlays = new TenantOverlays({
    definition,
    configs,
    applier: createModuleApplier(engine.hookHost, parts.graph, basis),
    references: reading.references,
    basis,
    secrets: new TenantSecrets(parts.furtherSecrets),
    sharedSecrets: () => engine.committed?.secrets ?? [],
    source,
    reader,
    clock,
    random,
    readTimeout: reading.readTimeout,
    events,
    recall: good && ((tenant) => good.recall(tenant)),
    onApplied: (tenant, previous, next) => watches.tell(tenant, previous, next),
    onReferences: (references) => follower.references(references),
  })
  const lifecycle = new TenantLifecycle({
    overlays,
    decisions,
    reader,
    homes: homes?.homes,
    clock,
    random,
    events,
    timeout: reading.readTimeout,
  })
  // One that all share with its source is refreshed with that one.
  const isOwnFeed = feedOf(parts, source)?.reads !== 'both'
  const closing = new AbortController()
  let following: Promise<void> | undefined
  const leave = async () => {
    closing.abort()
    lifecycle.close()
    // One of them that hangs holds none of the others up: what was listened on is left now.
    await Promise.all([following, follower.close(), watches.close(), overlays.quiet(), reader.close(), good?.close()])
  }
  open.add(leave)

  return {
    definition,
    configs,
    overlays,
    watches,
    events,
    isReference: basis.isReference,
    show(snapshot) {
      configs.shared = snapshot
    },
    lifecycle,
    decisions,
    isRemoved: (tenant) => decisions.isRemoved(tenant) && overlays.stateOf(tenant) === 'unknown',
    isEverybodyKnown: source.unlisted === 'shared',
    homeOf: (tenant) => (homes === undefined ? sharedHome(source) : ownHome(homes, tenant)),
    ownHomes:
      homes && isHomeOverlays(source)
        ? {
            environment: source.environment,
            of: (tenant) => ownHome(homes, tenant),
            followed: () => homes.followed,
          }
        : undefined,
    feedOf: (tenant) => homes?.statusOf(tenant),
    followHomes(tell) {
      if (homes === undefined || !isHomeOverlays(source)) return
      const { environment } = source
      homes.events.on(({ tenant, event }) => tell({ kind: 'feed', feed: { environment, tenant, event } }))
      homes.publishes.on((event) => tell({ kind: 'store', event }))
    },
    refreshed: {
      name: source.name,
      async refresh(signal) {
        if (isOwnFeed && !closing.signal.aborted) await opened.refresh?.(signal)
      },
      catchUp: () => overlays.catchUp(),
    },
    quiet() {
      lifecycle.close()
      return overlays.quiet()
    },
    async drain(signal) {
      const report = await drainTenants({ clock, overlays, watches, leave }, signal)
      events.emit({ kind: 'drained', ...report })
      return report
    },
    async start() {
      const { shared } = configs
      const problems = await overlays.load()
      if (problems.length > 0) throw sourceUnreadable(problems)
      good?.follow(configs)
      const stop = engine.events.on((event) => {
        if (event.kind !== 'committed' || event.previous === undefined) return
        watches.sharedChanged(event.previous, event.changes)
        overlays.sharedChanged()
      })
      open.add(stop)
      // What was committed while they were loaded.
      if (configs.shared !== shared) overlays.sharedChanged()
      const { watch } = reader
      if (watch === undefined) return
      const onFailure = (error: unknown) =>
        logger.warn(`${source.name} is not followed and will be again (${failureKind(error)})`)
      const follow = (signal: AbortSignal) =>
        watch.call(reader, (tenant) => context.outside(() => overlays.wake(tenant)), signal)
      following = supervise(follow, closing.signal, { clock, random, ...restart, onFailure })
    },
  }
}
