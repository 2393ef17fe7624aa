import type { Disposer } from '../primitives/disposers.ts'
import type { Emitter } from '../primitives/emitter.ts'
import type { HealthCheck, HealthStatus } from './check.ts'
import type { Aggregate, HealthAnswer, HealthReport } from './report.ts'

/** How the answer of `health.check()` is come by. */
export interface CollectOptions {
  /** Runs every check now instead of giving what is known; callers at the same time share one run. */
  readonly fresh?: boolean | undefined
  /** Releases the caller; the run goes on for the others. */
  readonly signal?: AbortSignal | undefined
}

/** The health of one process: checks, what they last said, and what follows from it. */
export interface Health {
  /** Adds a check and gives its remover. Throws `option_invalid` for a name that is taken or options that can't be. */
  add(check: HealthCheck): Disposer
  /**
   * What is known now, without running anything: what probes answer. The same frozen object for everybody, until
   * something else is known.
   */
  readonly answer: HealthAnswer
  /**
   * What is known after running every check whose last run is older than `cacheFor` (250 ms), or from before a check was
   * added or removed. A run under way is joined, never doubled. Takes no longer than the longest `timeout`; rejects for
   * its own signal alone.
   */
  check(options?: CollectOptions): Promise<HealthAnswer>
  readonly events: Emitter<HealthEvent>
}

/** What health tells, as plain data, in the order it happened. */
export type HealthEvent =
  /** A component's effective status moved. That it is healthy when it is first seen is no move. */
  | { readonly kind: 'transition'; readonly report: HealthReport; readonly previous: HealthStatus }
  /** The answer to one of the questions moved. */
  | {
      readonly kind: 'aggregate'
      readonly of: 'health' | 'readiness' | 'liveness' | 'startup'
      readonly next: Aggregate
      readonly previous: Aggregate
    }
  /** A run was given up at its deadline and goes on; no second one is started beside it. `abandoned` counts them all. */
  | { readonly kind: 'abandoned'; readonly check: string; readonly abandoned: number }
  /** A remedy was applied after failed rounds, withdrawn on recovery, or could not be. */
  | {
      readonly kind: 'remedy'
      readonly check: string
      readonly step: 'applied' | 'withdrawn' | 'failed'
      readonly reason: string
    }
