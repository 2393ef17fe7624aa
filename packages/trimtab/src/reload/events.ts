import type { Changes } from '../model/changes.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { UnitId } from '../modules/instance.ts'
import type { Json } from '../primitives/json.ts'
import type { BreakerState } from './breaker.ts'
import type { ModuleReport, Outcome, StuckModule, Trigger } from './outcome.ts'
import type { PendingRestart } from './plan/pending-restart.ts'

/** What became of the time in which a commit has to prove itself. Durations are milliseconds since the commit. */
export interface BakeEvent {
  readonly kind: 'bake'
  readonly id: string
  readonly step: /** `stable` is the generation to go back to; undefined for the boot's own. */
    | { readonly kind: 'started'; readonly stable: number | undefined }
    | { readonly kind: 'stable'; readonly duration: number }
    | { readonly kind: 'undone'; readonly reasons: readonly string[]; readonly duration: number }
    /** It did not prove itself, and there is nothing better to go back to. */
    | { readonly kind: 'kept'; readonly reasons: readonly string[]; readonly duration: number }
    | { readonly kind: 'superseded'; readonly by: string; readonly duration: number }
}

/** What the engine tells, as plain data, in the order it happened. */
export type ReloadEvent =
  /** Modules are about to be asked. Not for a reload that changes nothing or can't be loaded. */
  | { readonly kind: 'started'; readonly id: string; readonly triggers: readonly Trigger[] }
  /** Readers hold `next` from now on. `undone` says that it is an earlier one come back. */
  | {
      readonly kind: 'committed'
      readonly id: string
      readonly previous: Snapshot<object> | undefined
      readonly next: Snapshot<object>
      readonly changes: Changes
      readonly undone: boolean
      /** What became of each module, in apply order; none where an earlier snapshot came back. */
      readonly modules: readonly ModuleReport[]
    }
  /** A reload has ended. `repeated` says that the one before it failed for the very same reasons. */
  | { readonly kind: 'settled'; readonly outcome: Outcome; readonly repeated: boolean }
  | BakeEvent
  | { readonly kind: 'pending_restart'; readonly pending: readonly PendingRestart[] }
  | { readonly kind: 'breaker'; readonly state: BreakerState }
  | { readonly kind: 'stuck'; readonly stuck: readonly StuckModule[] }
  | { readonly kind: 'set_aside'; readonly digest: string; readonly why: string }
  /** A replaced resource has ended: cleanly, or with users it was taken from, or with an error. */
  | {
      readonly kind: 'retired'
      readonly module: UnitId
      readonly cutOff: readonly string[]
      readonly error: string | undefined
    }
  /** What a module emitted itself. */
  | { readonly kind: 'module'; readonly module: string; readonly name: string; readonly data: Json | undefined }
