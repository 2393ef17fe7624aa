import type { Snapshot } from '../../model/snapshot.ts'
import type { KnownSecrets } from '../../model/secrecy/known-secrets.ts'
import type { RedactionBasis } from '../../model/secrecy/redaction.ts'
import type { Graph } from '../../modules/graph.ts'
import type { Disposers } from '../../primitives/disposers.ts'
import { createEmitter } from '../../primitives/emitter.ts'
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
import type { PlaneStores } from '../store/plane-stores.ts'
import { createModuleApplier } from './apply-tenant.ts'
import { isStoreOverlays } from '../../store/source/store-overlays.ts'
import { createTenantDecisions } from '../../tenancy/lifecycle/tenant-decisions.ts'
import { TenantLifecycle } from '../../tenancy/lifecycle/tenant-lifecycle.ts'
import type { TenantId } from '../../tenancy/tenant-id.ts'
import { drainTenants } from './drain-tenants.ts'
import { keepOverlays } from './kept-overlays.ts'
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
  /** Takes over what all share, in the turn in which it comes into force. */
  show(snapshot: Snapshot<object>): void
  /** Ends all work for tenants, before what it is done with is stopped. */
  quiet(): Promise<void>
  /** Loads every overlay, and follows them and the plane from then on. Throws `source_unreadable`. */
  start(): Promise<void>
}

/** Those of a store survive its absence at a start, where there is a state folder. */
function keptOverlays(parts: OpenTenantsParts, source: OverlaySource, reader: OverlayReader): OverlayReader {
  const { folder, definition, basis, engine, logger, stores } = parts
  if (folder === undefined || !isStoreOverlays(source)) return reader
  const home = stores.list.find(
    ({ store, environment }) => store === source.store && environment === source.environment,
  )
  if (home === undefined) return reader
  const { clock } = engine.hookHost
  const { shape } = definition
  return keepOverlays(reader, { source, feed: home.feed, folder, shape, isReference: basis.isReference, clock, logger })
}

/** Undefined where the plane has no option `tenants`. */
export function openTenants(parts: OpenTenantsParts, open: Disposers): OpenTenants | undefined {
  const { source, definition, engine, reading, context, random, logger, basis } = parts
  if (source === undefined) return undefined
  const { clock } = engine.hookHost
  const onListenerError = (error: unknown) => engine.noteListenerFailure(error)
  const { sharing } = parts
  const opened = source.open({ clock, random, shape: definition.shape, sharing })
  const events = createEmitter<TenantEvent>(onListenerError)
  observeTenants(events, logger)
  const isShared = (id: TenantId) => source.unlisted === 'shared' || overlays.isBare(id)
  const decisions = createTenantDecisions(source, keptOverlays(parts, source, opened), () => clock.now())
  const { reader } = decisions
  const configs = new TenantConfigs({ definition, events, now: () => clock.now(), isShared })
  const run = (tenant: string, work: () => unknown) => context.run(tenant, work)
  const watches = new TenantWatches({ configs, run, onListenerError })
  const wake = () => overlays.referencesChanged()
  const follower = createFollower({ clock, random, logger, wake }, reading.resolvers)
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
    onApplied: (tenant, previous, next) => watches.tell(tenant, previous, next),
    onReferences: (references) => follower.references(references),
  })
  const lifecycle = new TenantLifecycle({
    overlays,
    decisions,
    reader,
    clock,
    random,
    events,
    timeout: reading.readTimeout,
  })
  const closing = new AbortController()
  let following: Promise<void> | undefined
  const leave = async () => {
    closing.abort()
    lifecycle.close()
    // One of them that hangs holds none of the others up: what was listened on is left now.
    await Promise.all([following, follower.close(), watches.close(), overlays.quiet(), reader.close()])
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
    homeOf: () => (isStoreOverlays(source) ? source : undefined),
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
      const problems = await overlays.load()
      if (problems.length > 0) throw sourceUnreadable(problems)
      const stop = engine.events.on((event) => {
        if (event.kind !== 'committed' || event.previous === undefined) return
        watches.sharedChanged(event.previous, event.changes)
        overlays.sharedChanged()
      })
      open.add(stop)
      // What was committed while they were loaded.
      overlays.sharedChanged()
      const { watch } = reader
      if (watch === undefined) return
      const onFailure = (error: unknown) =>
        logger.warn(`${source.name} is not followed and will be again (${failureKind(error)})`)
      const follow = (signal: AbortSignal) => watch.call(reader, (tenant) => overlays.wake(tenant), signal)
      following = supervise(follow, closing.signal, { clock, random, ...restart, onFailure })
    },
  }
}
