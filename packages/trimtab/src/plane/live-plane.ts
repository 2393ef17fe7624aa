import { TrimtabError } from '../errors/trimtab-error.ts'
import type { PlaneEvents } from '../events/bus.ts'
import type { Health } from '../health/health.ts'
import type { DeepReadonly } from '../model/deep-readonly.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ModuleRef } from '../modules/define-module.ts'
import type { UnitId } from '../modules/instance.ts'
import { childController, createController } from '../primitives/concurrency/abort.ts'
import { type Clock, keptAlive } from '../primitives/time/clock.ts'
import type { Disposer, Disposers } from '../primitives/disposers.ts'
import type { Json } from '../primitives/json.ts'
import type { Logger } from '../primitives/logger.ts'
import { createSharedAbort } from '../primitives/concurrency/shared-abort.ts'
import type { Committed } from '../reload/proof/committed.ts'
import type { Engine } from '../reload/engine.ts'
import type { Outcome } from '../reload/outcome.ts'
import type { ConfigDefinition } from '../schema/define-config.ts'
import type { Overrides, OverrideTerms } from '../sources/override.ts'
import type { Edit } from '../store/edit.ts'
import type { Guard } from '../tenancy/guard/guard.ts'
import type { Reading } from './assembly.ts'
import { type CloseOptions, type CloseReport, checkSpan, closeSources } from './close.ts'
import { explainPath, type Explanation } from './explain.ts'
import type { AppliedOverride, Plane, PlaneReloadOptions, PlaneState } from './plane.ts'
import type { Tenants } from './tenants/tenants.ts'
import { stoppingCause } from './health/log-health.ts'
import type { PlaneHealth } from './health/open-health.ts'
import type { PlanePublisher, PlanePublishResult, PlanePublishTerms } from './store/publish.ts'
import type { PlaneStores } from './store/plane-stores.ts'
import { refresh, type RefreshedTenants } from './store/refresh.ts'
import { type RunHost, type RunOptions, runUntilStopped } from './run.ts'
import {
  pathSelector,
  type Selector,
  subscribeValue,
  type ValueChange,
  type WatchHost,
  type WatchOptions,
  watchValue,
} from './watchers.ts'

export interface LivePlaneParts {
  readonly definition: ConfigDefinition
  readonly engine: Engine
  readonly reading: Reading
  readonly overrides: Overrides
  readonly events: PlaneEvents
  readonly clock: Clock
  readonly logger: Logger
  readonly bootedFrom: Extract<PlaneState, { kind: 'running' }>['bootedFrom']
  readonly stateDir: string | undefined
  /** Everything beside the engine that has to be closed. */
  readonly open: Disposers
  /** Notes that the process has been asked to stop, so that its end is no crash. */
  readonly noteStop: () => void
  readonly runHost: RunHost
  readonly planeHealth: PlaneHealth
  readonly tenants: Tenants<unknown>
  /** Ends all work for tenants; resolves when it has ended. */
  readonly quietTenants: () => Promise<unknown>
  /** Told of every snapshot in the moment in which it comes into force. */
  readonly show: (snapshot: Snapshot<object>) => void
  readonly guard: Guard
  /** Runs work for no tenant: what a call sets going here serves all of them, whoever calls. */
  readonly outside: <T>(work: () => T) => T
  readonly stores: PlaneStores
  readonly publisher: PlanePublisher
  readonly refreshedTenants: RefreshedTenants | undefined
}

type Life =
  | { readonly kind: 'open' }
  | { readonly kind: 'closing'; readonly done: Promise<CloseReport> }
  | { readonly kind: 'closed'; readonly report: CloseReport }

/** A plane whose boot has succeeded. */
export class LivePlane<Config> implements Plane<Config> {
  readonly #parts: LivePlaneParts
  readonly #closing = createController()
  readonly #ended = createController()
  readonly #watchHost: WatchHost
  // Of the committed snapshot. Readers come here a million times a second: each step on the way costs them a quarter.
  #config: DeepReadonly<Config>
  #life: Life = { kind: 'open' }

  constructor(parts: LivePlaneParts) {
    this.#parts = parts
    this.#watchHost = { events: parts.engine.events, onAbort: createSharedAbort() }
    this.#config = this.snapshot.config
    parts.planeHealth.remedyWith({
      override: ({ edits, for: time, reason }, check) =>
        this.override(edits, { for: time, reason: `A remedy of the health check ${check}: ${reason}` }),
      isInForce: (override) => parts.overrides.list().includes(override),
    })
    parts.engine.follow((snapshot) => {
      // What this plane's own schema gave.
      this.#config = snapshot.config as DeepReadonly<Config>
      parts.show(snapshot)
    })
  }

  get config(): DeepReadonly<Config> {
    return this.#config
  }

  get snapshot(): Snapshot<DeepReadonly<Config>> {
    // What this plane's own schema gave.
    return this.#committed.snapshot as Snapshot<DeepReadonly<Config>>
  }

  get state(): PlaneState {
    if (this.#life.kind !== 'open') return { kind: this.#life.kind }
    const { engine, planeHealth, bootedFrom, stateDir } = this.#parts
    const { snapshot, pending } = this.#committed
    return {
      kind: 'running',
      generation: snapshot.generation,
      bootedFrom,
      baking: engine.baking,
      stopping: planeHealth.health.isDraining,
      stuck: engine.stuck,
      pendingRestart: pending,
      breaker: engine.breaker,
      stateDir,
    }
  }

  get sources(): Plane<Config>['sources'] {
    const { reader, identify } = this.#parts.reading
    return reader.status.map((status) => {
      return status.revision === undefined ? status : { ...status, revision: identify(status.revision) }
    })
  }

  get health(): Health {
    return this.#parts.planeHealth.health
  }

  get outcomes(): readonly Outcome[] {
    return this.#parts.engine.outcomes
  }

  get lastOutcome(): Outcome | undefined {
    return this.#parts.engine.outcomes[0]
  }

  get events(): PlaneEvents {
    return this.#parts.events
  }

  get breaker(): Plane<Config>['breaker'] {
    const { engine } = this.#parts
    return { state: engine.breaker, reset: () => this.#unawaitedByHooks(() => engine.resetBreaker()) }
  }

  get tenants(): Tenants<Config> {
    // Its handles give what this plane's own schema gave.
    return this.#parts.tenants as Tenants<Config>
  }

  get guard(): Guard {
    return this.#parts.guard
  }

  explain(path: string): Explanation {
    const { definition, reading } = this.#parts
    const { snapshot, pending, layers } = this.#committed
    return explainPath(path, {
      shape: definition.shape,
      snapshot,
      layers,
      pending,
      isReference: reading.isReference,
    })
  }

  watch(
    what: string | Selector<never, unknown>,
    listener: (change: ValueChange<never>) => unknown,
    options?: WatchOptions,
  ): Disposer {
    this.#mustBeOpen()
    if (typeof listener !== 'function') {
      throw new TrimtabError('option_invalid', 'watch() needs a function that it can call.')
    }
    // The public signature ties the selector and the listener to the schema's types; here they are only passed on.
    return watchValue(
      this.#watchHost,
      this.#selectorOf(what),
      listener as (change: ValueChange<unknown>) => unknown,
      options,
    )
  }

  subscribe(
    what: string | Selector<never, unknown>,
    options: WatchOptions = {},
  ): AsyncGenerator<ValueChange<never>, void, undefined> {
    this.#mustBeOpen()
    // As in `watch`.
    return subscribeValue(this.#watchHost, () => this.#committed.snapshot, this.#selectorOf(what), [
      options.signal,
      this.#ended.signal,
    ]) as AsyncGenerator<ValueChange<never>, void, undefined>
  }

  reload(options: PlaneReloadOptions = {}): Promise<Outcome> {
    const { dryRun, candidate, force, skipBake, signal } = options
    if (candidate !== undefined && dryRun !== true) return Promise.reject(candidateError())
    const { engine } = this.#parts
    return this.#unawaitedByHooks(() =>
      keptAlive(() => engine.reload({ trigger: 'manual', dryRun, candidate, force, skipBake, signal })),
    )
  }

  refresh({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Outcome> {
    return this.#unawaitedByHooks(() => keptAlive(() => this.#refresh(signal)))
  }

  async #refresh(signal: AbortSignal | undefined): Promise<Outcome> {
    this.#mustBeOpen()
    const { engine, reading, stores, refreshedTenants } = this.#parts
    const { controller, release } = childController(signal, this.#closing.signal)
    try {
      return await refresh({ engine, opened: reading.opened, stores, tenants: refreshedTenants }, controller.signal)
    } finally {
      release()
    }
  }

  publish(edits: readonly Edit[], terms: PlanePublishTerms): Promise<PlanePublishResult> {
    const published = async () => {
      this.#mustBeOpen()
      return this.#parts.publisher.publish(edits, terms, this.#closing.signal)
    }
    const publish = () => keptAlive(published)
    return terms.until === undefined ? this.#parts.outside(publish) : this.#unawaitedByHooks(publish)
  }

  override(edits: Readonly<Record<string, Json>>, terms: OverrideTerms): Promise<AppliedOverride> {
    return this.#unawaitedByHooks(() => this.#override(edits, terms))
  }

  async #override(edits: Readonly<Record<string, Json>>, terms: OverrideTerms): Promise<AppliedOverride> {
    this.#mustBeOpen()
    const { overrides, engine } = this.#parts
    const override = overrides.apply(edits, terms)
    const outcome = await keptAlive(() => engine.reload({ trigger: 'override' }))
    switch (outcome.status) {
      case 'full_success':
      case 'partial_applied':
      case 'unchanged':
        return { override, outcome }
      case 'validation_failed':
      case 'load_failed':
      case 'rolled_back':
      case 'stuck':
      case 'circuit_open':
        // Left where it is, it would be in the way of every later change.
        override.withdraw()
        return { override: undefined, outcome }
      default:
        return outcome satisfies never
    }
  }

  use<R, T>(ref: ModuleRef<R>, work: (resource: R) => T | PromiseLike<T>): Promise<T> {
    if (this.#life.kind === 'closed') return Promise.reject(closedError())
    return this.#parts.engine.use(ref, work)
  }

  clearStuck(): void {
    const { engine, outside } = this.#parts
    outside(() => engine.clearStuck())
  }

  run(options: RunOptions = {}): Promise<number> {
    const { runHost, clock, logger, engine, planeHealth, noteStop, outside } = this.#parts
    return runUntilStopped(
      {
        host: runHost,
        clock,
        logger,
        reload: () => void outside(() => engine.reload({ trigger: 'signal', background: true })).catch(() => {}),
        leave: () => {
          planeHealth.health.drain(stoppingCause)
          noteStop()
        },
        close: (budget) => this.close({ budget }),
        closing: this.#closing.signal,
      },
      options,
    )
  }

  close({ budget, signal }: CloseOptions = {}): Promise<CloseReport> {
    checkSpan('budget', budget)
    if (this.#life.kind === 'closed') return Promise.resolve(this.#life.report)
    const { engine } = this.#parts
    if (budget !== undefined) engine.limitClosing(budget)
    const release = this.#watchHost.onAbort(signal, () => engine.limitClosing(0))
    if (this.#life.kind === 'open') {
      this.#parts.planeHealth.health.drain(stoppingCause)
      // A stop that hangs is waited for until its deadline, whatever else the process has left to do.
      this.#life = { kind: 'closing', done: this.#parts.outside(() => keptAlive(() => this.#close())) }
      this.#closing.abort(closedError())
    }
    const { done } = this.#life
    void done.then(release, release)
    return done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<CloseReport> {
    const { engine, planeHealth, quietTenants, overrides, open, logger, noteStop, clock } = this.#parts
    noteStop()
    // No check, and no tenant's change, is to meet a resource that is being stopped.
    const modules = await engine.close(Promise.all([planeHealth.health.close(), quietTenants()]))
    this.#ended.abort(closedError())
    overrides.close()
    const sources = await closeSources(open, { clock, logger, time: engine.closingTime })
    engine.closingTime.release()
    const report: CloseReport = {
      unfinished: [...modules.map((each) => ({ kind: 'module' as const, ...each })), ...sources],
    }
    this.#life = { kind: 'closed', report }
    return report
  }

  /**
   * A reload takes its turn after the one that a hook is part of: a hook that waits for it would wait for itself. What it
   * asked for goes on without it.
   */
  #unawaitedByHooks<T>(ask: () => Promise<T>): Promise<T> {
    const asked = this.#parts.outside(ask)
    const unit = this.#parts.engine.hookUnderWay
    if (unit === undefined) return asked
    const refused = Promise.reject<T>(insideHookError(unit))
    // Whoever does not wait, as it should be, must not end the process by it.
    for (const each of [asked, refused]) each.catch(() => {})
    return refused
  }

  get #committed(): Committed {
    const { committed } = this.#parts.engine
    // A plane is made only after its first commit, and a commit is never taken away.
    if (committed === undefined) throw new TrimtabError('internal', 'A plane without a snapshot.')
    return committed
  }

  #selectorOf(what: string | Selector<never, unknown>): Selector<unknown, unknown> {
    // The selector takes what this plane's schema gives, which is what it will be called with.
    if (typeof what === 'function') return what as Selector<unknown, unknown>
    // A path is looked up now, because one that nobody knows would never tell anything. As the types have it, it is known.
    this.#parts.definition.section(what as never)
    return pathSelector(what)
  }

  #mustBeOpen(): void {
    if (this.#life.kind !== 'open') throw closedError()
  }
}

function candidateError(): TrimtabError {
  return new TrimtabError('option_invalid', 'The option candidate of reload() is for a dry run: set dryRun to true.')
}

function insideHookError(unit: UnitId): TrimtabError {
  return new TrimtabError(
    'reload_in_hook',
    `A hook of ${unit} waits for a reload of its own plane, which begins only after that hook. Ask for it and go on: it is on its way.`,
    { details: { module: unit } },
  )
}

function closedError(): TrimtabError {
  return new TrimtabError('plane_closed', 'The plane is closed.')
}
