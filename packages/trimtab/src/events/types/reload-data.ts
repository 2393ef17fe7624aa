/** What asked for a reload. */
export const eventTriggers = [
  'boot',
  'manual',
  'file',
  'reference',
  'signal',
  'api',
  'store',
  'remote',
  'override',
  'retry',
  'trial',
] as const
type EventTrigger = (typeof eventTriggers)[number]

export const eventStatuses = [
  'unchanged',
  'full_success',
  'partial_applied',
  'validation_failed',
  'load_failed',
  'rolled_back',
  'stuck',
  'circuit_open',
] as const
/** How a reload ended: the status of its outcome. */
export type EventStatus = (typeof eventStatuses)[number]

/** One difference, redacted. */
export interface EventChange {
  readonly kind: 'added' | 'modified' | 'removed'
  readonly path: string
  /** As it is shown to people: `pool.max: 10 → 20`, `+ upstreams.blue`, `- limits.burst`. */
  readonly line: string
}

/** Something wrong with a configuration. */
export interface EventProblem {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly path?: string | undefined
  /** The source it comes from: `file:config.yaml`. */
  readonly source?: string | undefined
  /** The place in that source: `config.yaml:3:8`. */
  readonly place?: string | undefined
  readonly module?: string | undefined
  readonly hint?: string | undefined
  /** All of it in one line. */
  readonly text: string
}

/** What became of one module in a reload. */
export interface EventModule {
  readonly module: string
  readonly status: 'applied' | 'skipped' | 'failed' | 'undone'
  readonly action?: 'reloaded' | 'replaced' | 'started' | 'stopped' | undefined
  /** Why it was left out. */
  readonly reason?: string | undefined
  /** The step that failed. */
  readonly step?: string | undefined
  readonly error?: string | undefined
  /** Milliseconds without a resource. */
  readonly gap?: number | undefined
  /** Milliseconds. */
  readonly duration: number
}

/** A field that is configured and does not run yet. Both values are text, redacted. */
export interface EventPendingRestart {
  readonly path: string
  readonly running: string
  readonly configured: string
  /** The module that can't be changed while it runs, where it is not the field. */
  readonly module?: string | undefined
}

/** A module whose change failed and could not be undone. */
export interface EventStuckModule {
  readonly module: string
  readonly error: string
  readonly since: string
}

/** Why a reload was undone. */
export interface EventCause {
  readonly kind: 'step_failed' | 'cancelled' | 'unhealthy'
  readonly module?: string | undefined
  readonly step?: string | undefined
  readonly error?: string | undefined
  readonly timedOut?: boolean | undefined
  readonly reasons?: readonly string[] | undefined
}

/** Modules are about to be asked. */
export interface ReloadStarted {
  readonly triggers: readonly EventTrigger[]
}

/** Readers hold another snapshot. */
export interface ReloadCommitted {
  readonly previousGeneration: number
  /** True where this is an earlier configuration come back. */
  readonly undone: boolean
  readonly digest: string
  /** The first 100. */
  readonly changes: readonly EventChange[]
  readonly changeCount: number
}

/** A reload has ended. */
export interface ReloadCompleted {
  readonly status: EventStatus
  readonly triggers: readonly EventTrigger[]
  /** What it led to: the generation of its commit, or the one that stayed. Later ones may be in force by now. */
  readonly generation: number
  /** True where it failed for the very same reasons as the one before it. */
  readonly repeated: boolean
  /** The content it was about; absent where none could be read. */
  readonly digest?: string | undefined
  /** The first 100; empty where nothing was committed. */
  readonly changes: readonly EventChange[]
  readonly changeCount: number
  /** The first 100 that had something to do, in apply order. */
  readonly modules: readonly EventModule[]
  readonly moduleCount: number
  /** The first 100. */
  readonly problems: readonly EventProblem[]
  readonly problemCount: number
  /** The first 100. */
  readonly pendingRestart: readonly EventPendingRestart[]
  readonly cause?: EventCause | undefined
  /** Under `bestEffort`: the modules that still run on an older section. */
  readonly outstanding?: readonly string[] | undefined
  readonly stuck?: readonly EventStuckModule[] | undefined
  readonly bakeSkipped?: boolean | undefined
  /** The later reload that was committed on top while this one was baking. */
  readonly supersededBy?: string | undefined
  /** Held back by the breaker: milliseconds until the next trial. */
  readonly retryIn?: number | undefined
  readonly failures?: number | undefined
  readonly startedAt: string
  readonly endedAt: string
  /** Milliseconds of the attempt itself, without the bake. */
  readonly duration: number
}
