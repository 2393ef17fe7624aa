import { randomBytes } from 'node:crypto'
import { TrimtabError } from '../../errors/trimtab-error.ts'
import { KnownSecrets } from '../../model/secrecy/known-secrets.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { createGraph } from '../../modules/graph.ts'
import { createBudget } from '../../primitives/time/budget.ts'
import { guardedLogger, type Logger } from '../../primitives/logger.ts'
import { keptAlive } from '../../primitives/time/clock.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import { type Disposers, disposers } from '../../primitives/disposers.ts'
import type { Engine } from '../../reload/engine.ts'
import type { Outcome } from '../../reload/outcome.ts'
import { configInvalid, sourceUnreadable } from '../../schema/problem.ts'
import { createOverrides } from '../../sources/override.ts'
import type { TenantId } from '../../tenancy/tenant-id.ts'
import type { Tenant } from '../../tenancy/tenants.ts'
import { ambient } from '../ambient.ts'
import { assembleEngine, loggerOf, openReading, type Reading, timeOf } from '../assembly.ts'
import { bootLoader, findBootContent } from '../boot.ts'
import { closeSources } from '../close.ts'
import { openTelling } from '../events/telling.ts'
import { createFollower, type FollowParts } from '../follow-sources.ts'
import { openHealth } from '../health/open-health.ts'
import { createSharedTenants, openGuarding } from '../guarding.ts'
import { LivePlane } from '../live-plane.ts'
import { openPlaneStores } from '../store/plane-stores.ts'
import { createPlanePublisher } from '../store/publish.ts'
import { createSharing } from '../../primitives/sharing.ts'
import { overlaysOf } from '../tenants/tenant-options.ts'
import { describeCause, observe } from '../events/observe.ts'
import { checkOptions, type PlaneOptions, reloadDefaults } from '../options.ts'
import type { Plane } from '../plane.ts'
import { hostInstance, openState } from '../open-state.ts'
import { openTelemetry } from '../telemetry/open-telemetry.ts'
import { LiveTenants } from '../tenants/live-tenants.ts'
import { type OpenTenants, openTenants } from '../tenants/open-tenants.ts'

/** Everything behind `createPlane`, loaded at its first call: a process that only describes its configuration pays nothing for it. */
export async function startPlane<Config>(options: PlaneOptions): Promise<Plane<Config>> {
  checkOptions(options)
  const open = disposers()
  try {
    // Until there is a plane somebody waits for it, be it for a deadline that nothing else keeps the process up for.
    return await keptAlive(() => start<Config>(options, open))
  } catch (error) {
    const { clock } = timeOf(options)
    const host = { clock, logger: loggerOf(options.logger), time: createBudget(clock) }
    await keptAlive(() => closeSources(open, host))
    throw error
  }
}

async function start<Config>(options: PlaneOptions, open: Disposers): Promise<Plane<Config>> {
  const { clock, random } = timeOf(options)
  const { env, runHost } = ambient()
  // Whatever a line quotes, and whoever's it is: as soon as there are secrets, none is in it.
  let clean = (text: string) => text
  const logger = cleanLogger(options, (text) => clean(text))
  const definition = options.config
  const sharing = createSharing()
  const host = { clock, random, shape: definition.shape, sharing }

  const instance = options.instance ?? hostInstance()
  const outside = <T>(work: () => T): T => context.outside(work)
  const telling = openTelling({ options: options.events, instance, clock, random, logger, outside }, open)
  const telemetry = openTelemetry(
    { options: options.telemetry, instance, modules: options.modules ?? [], clock, logger },
    open,
  )
  if (options.telemetry) await telemetry.ready
  const overrides = createOverrides({ clock })
  open.add(() => overrides.close())
  const sources = [...options.sources, overrides.source]
  const overlaySource = options.tenants && overlaysOf(options.tenants, sources)
  const onListenerError = (error: unknown) => engine.noteListenerFailure(error)
  const stores = openPlaneStores({ sources, overlays: overlaySource, sharing, clock, random, onListenerError }, open)
  const { references, reload = {} } = options
  let digestKey: Uint8Array = randomBytes(32)
  const { readTimeout } = reload
  const reading = openReading(
    { definition, sources, references, readTimeout, host, env, digestKey: () => digestKey },
    open,
  )
  const { isReference } = reading
  const path = options.stateDir ?? env['TRIMTAB_STATE_DIR']
  const state = await openState({
    path,
    instance: options.instance,
    host,
    isReference,
    clean: (text) => clean(text),
    logger,
  })
  open.add(() => state.close())
  digestKey = state.dir?.digestKey ?? digestKey

  const boot = await findBootContent(
    {
      loader: reading.loader,
      opened: reading.opened,
      state: state.dir,
      fallback: options.fallback,
      timeout: reload.bootTimeout ?? reloadDefaults.bootTimeout,
      readTimeout: reading.readTimeout,
      isValid: (content) => definition.validate(content.resolved, content.context).ok,
      host,
      logger,
    },
    new AbortController().signal,
  )
  const loader = bootLoader(reading.loader)
  loader.start(boot.loaded)
  const journal = telemetry.listening(state.journal)
  const basis = { key: randomBytes(32), isReference }
  const furtherSecrets = new KnownSecrets()
  const sharedTenants = createSharedTenants()
  const tenantOf = (id: TenantId): Tenant => tenants?.configs.get(id) ?? sharedTenants.of(id)
  const { context, guard } = openGuarding(
    {
      options: options.guard,
      clock,
      tenantOf,
      isRemoved: (id) => tenants?.isRemoved(id) === true,
      onListenerError,
      clean: (text) => engine.scrub(text),
    },
    open,
  )
  const planeHealth = openHealth(
    {
      options,
      instance,
      outside: context.outside,
      clock,
      random,
      logger,
      sources: () => reading.reader.status,
      bootedFrom: () => boot.from,
    },
    open,
  )
  const engine: Engine = assembleEngine({
    options,
    definition,
    clock,
    random,
    logger,
    loader,
    journal,
    basis,
    tenants: context,
    guard,
    judge: planeHealth.judge,
    furtherSecrets,
  })
  clean = (text) => engine.scrub(text)
  const tenants = openTenants(
    {
      source: overlaySource,
      sharing,
      stores,
      folder: state.dir?.folder,
      definition,
      engine,
      graph: createGraph(options.modules ?? []),
      reading,
      basis,
      context,
      random,
      logger,
      furtherSecrets,
    },
    open,
  )
  observe(telling.told, logger)
  telemetry.follow({
    engine,
    told: telling.told,
    bootedFrom: boot.from,
    health: () => planeHealth.health.answer,
    violations: () => guard.counts,
    tenants,
    overrides: () => overrides.list().length,
    sources: () => reading.reader.status,
    stores: stores.list,
    sinks: () => telling.events.sinks,
  })
  telling.follow(engine)
  planeHealth.follow(engine)
  planeHealth.health.events.on((event) => telling.tell({ kind: 'health', event }))
  overrides.on((event) => telling.tell({ kind: 'override', event }))
  stores.events.on((feed) => {
    telling.tell({ kind: 'feed', feed })
    planeHealth.lookAgain()
  })
  stores.publishes.on((event) => telling.tell({ kind: 'store', event }))
  guard.events.on((event) => telling.tell({ kind: 'guard', event }))
  tenants?.events.on((event) => telling.tell({ kind: 'tenant', event }))
  tenants?.followHomes((event) => telling.tell(event))
  if (boot.from !== 'configured') telling.tell({ kind: 'recovered', from: boot.from, why: boot.why })
  const show = (snapshot: Snapshot<object>) => {
    sharedTenants.show(snapshot)
    tenants?.show(snapshot)
  }
  engine.follow(show)
  await bootEngine(engine, boot.from !== 'configured')
  await startTenants(engine, tenants)

  // A source may be told of something in a request of some tenant. What a reload starts serves all.
  const wake: FollowParts['wake'] = (trigger) =>
    void context.outside(() => engine.reload({ trigger, background: true })).catch(() => {})
  follow(engine, reading, { clock, random, logger, wake }, open)
  // What is configured is tried again as soon as it can be, and refused loudly where it has been set aside.
  if (boot.from !== 'configured') void engine.reload({ trigger: 'retry', background: true }).catch(() => {})
  return new LivePlane<Config>({
    definition,
    engine,
    reading,
    overrides,
    events: telling.events,
    clock,
    logger,
    bootedFrom: boot.from,
    stateDir: state.dir?.folder,
    open,
    noteStop: () => state.noteStop(),
    planeHealth,
    runHost,
    tenants: new LiveTenants(context, tenantOf, tenants),
    stores,
    publisher: createPlanePublisher({
      stores: stores.list,
      engine,
      tenants,
      clock,
    }),
    refreshedTenants: tenants?.refreshed,
    quietTenants: async () => tenants?.quiet(),
    show,
    guard,
    outside: context.outside,
  })
}

function cleanLogger({ logger }: Pick<PlaneOptions, 'logger'>, clean: (text: string) => string): Logger {
  // Where nobody reads, nothing is looked for.
  return logger === false ? loggerOf(logger) : guardedLogger(loggerOf(logger), clean)
}

/** Resolves at the first commit: whether it proves itself is seen while the service works. */
async function bootEngine(engine: Engine, force: boolean): Promise<void> {
  const committed = deferred<undefined>()
  const stopListening = engine.events.on((event) => {
    if (event.kind === 'committed') committed.resolve(undefined)
  })
  const outcome = engine.reload({ trigger: 'boot', background: true, force })
  // It also rejects when the plane is closed before the verdict.
  outcome.catch(() => {})
  const failed = await Promise.race([committed.promise, outcome])
  stopListening()
  if (failed === undefined || engine.committed !== undefined) return
  await engine.close()
  throw bootError(failed, engine.bootFailure)
}

/** What one tenant has of its own may be missing; that nobody knows who has any stops the boot. */
async function startTenants(engine: Engine, tenants: OpenTenants | undefined): Promise<void> {
  try {
    await tenants?.start()
  } catch (error) {
    await engine.close()
    throw error
  }
}

/** Reloads when a source or something it refers to may have changed. */
function follow(engine: Engine, { opened, loader, resolvers }: Reading, parts: FollowParts, open: Disposers): void {
  const follower = createFollower(parts, resolvers)
  open.add(
    () => follower.close(),
    () => follower.following,
  )
  for (const source of opened) follower.source(source)
  const followReferences = () => follower.references(loader.referenced)
  followReferences()
  engine.events.on((event) => {
    if (event.kind === 'settled') followReferences()
  })
}

function bootError(outcome: Outcome, thrown: unknown): TrimtabError {
  switch (outcome.status) {
    case 'load_failed':
      return sourceUnreadable(outcome.problems)
    case 'validation_failed':
      return configInvalid(outcome.problems)
    case 'rolled_back':
    case 'stuck': {
      const { cause } = outcome
      const code = cause.kind === 'step_failed' && cause.timedOut ? 'step_timed_out' : 'module_failed'
      return new TrimtabError(code, `The plane could not start: ${describeCause(cause)}.`, {
        details: { outcome },
        ...(thrown === undefined ? {} : { cause: thrown }),
      })
    }
    case 'unchanged':
    case 'full_success':
    case 'partial_applied':
    case 'circuit_open':
      return new TrimtabError('internal', `The boot ended as ${outcome.status}.`)
    default:
      return outcome satisfies never
  }
}
