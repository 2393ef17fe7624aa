import type { HealthReport } from '../health/report.ts'
import type { Changes } from '../model/changes.ts'
import type { UnitId } from '../modules/instance.ts'
import type { Problem } from '../schema/problem.ts'
import type { PendingRestart } from './plan/pending-restart.ts'
import type { Plan } from './plan/plan.ts'

/** What asked for a reload. */
export type Trigger =
  | 'boot'
  | 'manual'
  | 'file'
  | 'reference'
  | 'signal'
  | 'api'
  | 'store'
  | 'remote'
  | 'override'
  | 'retry'
  | 'trial'

/** What was done with a module. */
export type Action = 'reloaded' | 'replaced' | 'started' | 'stopped'

/** The step of a module that failed. */
export type HookStep = 'check' | 'start' | 'reload' | 'stop' | 'undo'

/**
 * What became of one module in a reload. Durations and gaps are in milliseconds, with at most three decimals: a
 * gap is the time in which an old resource had stopped and none ran in its place, also where it was started again.
 */
export type ModuleReport = { readonly module: UnitId; readonly duration: number } & (
  | { readonly status: 'applied'; readonly action: Action; readonly gap?: number | undefined }
  | { readonly status: 'skipped'; readonly reason: 'unaffected' | 'not_enabled' | 'not_reached' | 'holds_failed' }
  | {
      readonly status: 'failed'
      readonly action: Action
      readonly step: HookStep
      readonly error: string
      readonly gap?: number | undefined
    }
  | { readonly status: 'undone'; readonly action: Action; readonly gap?: number | undefined }
)

/** A module whose change failed and could not be undone. */
export interface StuckModule {
  readonly module: UnitId
  readonly error: string
  /** Wall time, milliseconds. */
  readonly since: number
}

/** Why a reload was undone. */
export type RollbackCause =
  | {
      readonly kind: 'step_failed'
      readonly module: UnitId
      readonly step: HookStep
      readonly error: string
      /** Whether it was given up at its deadline. */
      readonly timedOut: boolean
    }
  | { readonly kind: 'cancelled' }
  | {
      readonly kind: 'unhealthy'
      readonly reasons: readonly string[]
      /** What the checks said that led to it, where checks did. */
      readonly reports: readonly HealthReport[]
    }

interface OutcomeBase {
  /** Unique in the process; correlates events, logs and answers. */
  readonly id: string
  readonly triggers: readonly Trigger[]
  readonly dryRun: boolean
  /** The generation in force when the outcome was made. */
  readonly generation: number
  /** The content it was about; undefined where none could be read. */
  readonly digest: string | undefined
  readonly plan: Plan | undefined
  /** Every module, in apply order. */
  readonly modules: readonly ModuleReport[]
  readonly pendingRestart: readonly PendingRestart[]
  /** Errors of a refusal; warnings of anything. */
  readonly problems: readonly Problem[]
  /** Wall time, milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  /** Milliseconds of the attempt itself, without the bake, with at most three decimals. */
  readonly duration: number
  /** A later reload that was committed on top while this one was baking. */
  readonly supersededBy?: string | undefined
}

/** How one reload ended. It is data: a reload that fails does not throw. */
export type Outcome = OutcomeBase &
  (
    | { readonly status: 'unchanged' }
    | { readonly status: 'full_success'; readonly changes: Changes; readonly bakeSkipped: boolean }
    | {
        readonly status: 'partial_applied'
        readonly changes: Changes
        readonly bakeSkipped: boolean
        /** The modules that still run on an older section. */
        readonly outstanding: readonly UnitId[]
      }
    | { readonly status: 'validation_failed' }
    | { readonly status: 'load_failed' }
    | { readonly status: 'rolled_back'; readonly cause: RollbackCause }
    | { readonly status: 'stuck'; readonly cause: RollbackCause; readonly stuck: readonly StuckModule[] }
    /** `retryIn` is milliseconds until the next trial. */
    | { readonly status: 'circuit_open'; readonly retryIn: number; readonly failures: number }
  )

/** How a reload ended, in one word. */
export type OutcomeStatus = Outcome['status']
