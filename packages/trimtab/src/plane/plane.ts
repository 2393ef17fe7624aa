import type { PlaneEvents } from '../events/bus.ts'
import type { Health } from '../health/health.ts'
import type { DeepReadonly } from '../model/deep-readonly.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ModuleRef } from '../modules/define-module.ts'
import type { Disposer } from '../primitives/disposers.ts'
import type { Json } from '../primitives/json.ts'
import type { BreakerState } from '../reload/breaker.ts'
import type { OutsideCandidate } from '../reload/candidate/candidate.ts'
import type { SourceStatus } from '../reload/candidate/read-layers.ts'
import type { Outcome, StuckModule } from '../reload/outcome.ts'
import type { PendingRestart } from '../reload/plan/pending-restart.ts'
import type { PathsOf, ValueAt } from '../schema/section.ts'
import type { Override, OverrideTerms } from '../sources/override.ts'
import type { Edit } from '../store/edit.ts'
import type { Guard } from '../tenancy/guard/guard.ts'
import type { CloseOptions, CloseReport } from './close.ts'
import type { Explanation } from './explain.ts'
import type { RunOptions } from './run.ts'
import type { Tenants } from './tenants/tenants.ts'
import type { PlanePublishResult, PlanePublishTerms } from './store/publish.ts'
import type { Selector, ValueChange, WatchOptions } from './watchers.ts'

/** What a plane is doing. */
export type PlaneState =
  | {
      readonly kind: 'running'
      readonly generation: number
      /** What it was started with: what is configured, the last known good, or the fallback. */
      readonly bootedFrom: 'configured' | 'last_known_good' | 'fallback'
      /** Whether the newest snapshot waits for its verdict. */
      readonly baking: boolean
      /** Whether it has been told to stop: it is not ready any more, and its modules go on for the time of the grace. */
      readonly stopping: boolean
      readonly stuck: readonly StuckModule[]
      readonly pendingRestart: readonly PendingRestart[]
      readonly breaker: BreakerState
      /** Where the last known good is kept; undefined where nothing is. */
      readonly stateDir: string | undefined
    }
  | { readonly kind: 'closing' }
  | { readonly kind: 'closed' }

/** How one reload differs from one that a changed source asks for. */
export interface PlaneReloadOptions {
  /** Does everything up to the point where something would change, and answers as the reload would. */
  readonly dryRun?: boolean | undefined
  /** For a dry run: what the sources would say. */
  readonly candidate?: OutsideCandidate | undefined
  /** Tries content that is held back by the breaker or set aside. */
  readonly force?: boolean | undefined
  /**
   * Takes the new snapshot as stable at its commit. It is recorded in the outcome. A pass that somebody else wants too is
   * baked, unless all of them say this.
   */
  readonly skipBake?: boolean | undefined
  /** Releases the caller; a reload that nobody else wants is dropped or undone. */
  readonly signal?: AbortSignal | undefined
}

/** What became of an override: how the reload that took it in ended, and how to take it back. */
export interface AppliedOverride {
  /** Undefined where the reload refused it: then it has been withdrawn. */
  readonly override: Override | undefined
  readonly outcome: Outcome
}

/** The running library in one process. `createPlane` makes one. */
export interface Plane<Config> extends AsyncDisposable {
  /** The committed configuration: frozen, whole, valid. Reading it again may give the next one. */
  readonly config: DeepReadonly<Config>
  readonly snapshot: Snapshot<DeepReadonly<Config>>
  readonly state: PlaneState
  readonly sources: readonly SourceStatus[]
  /** The checks of the service and of its modules, what they last said, and what follows from it. */
  readonly health: Health
  /** The newest first; at most as many as `reload.history` says. */
  readonly outcomes: readonly Outcome[]
  /** Undefined until the boot has ended. */
  readonly lastOutcome: Outcome | undefined
  /**
   * Everything that happens, as CloudEvents, from now on: at once and in order. What has to hear of the boot too, or to
   * keep what it hears, is a sink, given to `createPlane`.
   */
  readonly events: PlaneEvents
  readonly breaker: {
    readonly state: BreakerState
    /** Forgets the failures and tries what is configured at once. */
    reset(): Promise<Outcome>
  }

  /** Carries the tenant with the work that is done for it, and knows what each tenant has of its own. */
  readonly tenants: Tenants<Config>
  /** Decides whether work for one tenant may touch what belongs to another. */
  readonly guard: Guard

  /** Where a value comes from and what else was said about it. Throws `option_invalid` for a path the schema has not. */
  explain(path: string): Explanation
  /** Calls `listener` after each commit that changed the value. A listener that throws, rejects or hangs harms nobody. */
  watch<P extends string>(
    path: P & PathsOf<Config>,
    listener: (change: ValueChange<ValueAt<DeepReadonly<Config>, P>>) => unknown,
    options?: WatchOptions,
  ): Disposer
  watch<T>(
    selector: Selector<DeepReadonly<Config>, T>,
    listener: (change: ValueChange<T>) => unknown,
    options?: WatchOptions,
  ): Disposer
  /** The same as an iterator; a slow consumer is given the newest. Ends with the signal or the plane. */
  subscribe<P extends string>(
    path: P & PathsOf<Config>,
    options?: WatchOptions,
  ): AsyncGenerator<ValueChange<ValueAt<DeepReadonly<Config>, P>>, void, undefined>
  subscribe<T>(
    selector: Selector<DeepReadonly<Config>, T>,
    options?: WatchOptions,
  ): AsyncGenerator<ValueChange<T>, void, undefined>

  /** Goes from the current snapshot to the newest candidate. A reload that fails does not throw: its outcome says so. */
  reload(options?: PlaneReloadOptions): Promise<Outcome>
  /**
   * Has every source that reads by itself look now, then reloads: what was published before this call is in the outcome, and
   * in force, or refused, for tenants. Throws `source_unreadable` where one can't be asked now; then nothing has been
   * reloaded. A tenant's own store that is away is no reason.
   */
  refresh(options?: { readonly signal?: AbortSignal | undefined }): Promise<Outcome>
  /**
   * Publishes to a store that this plane reads, on top of what it has read, or of `expected`. Resolves when the store has
   * it, or with `until` when this plane has taken it in, or refused to: that is the outcome, and the publish stays.
   * Throws `part_not_configured` where no source or tenants of that environment are read from a store, and
   * `store_unavailable`.
   */
  publish(edits: readonly Edit[], terms: PlanePublishTerms): Promise<PlanePublishResult>
  /** Sets values above every source for a time. One that is refused is withdrawn. */
  override(edits: Readonly<Record<string, Json>>, terms: OverrideTerms): Promise<AppliedOverride>
  /** Leases a module's resource for one call. */
  use<R, T>(ref: ModuleRef<R>, work: (resource: R) => T | PromiseLike<T>): Promise<T>
  /** Takes stuck modules for sound. */
  clearStuck(): void

  /** Runs until a signal says to stop, then closes. Gives the exit code. */
  run(options?: RunOptions): Promise<number>
  /** Ends everything, once; later calls wait for the same. Names what did not stop. */
  close(options?: CloseOptions): Promise<CloseReport>
}
