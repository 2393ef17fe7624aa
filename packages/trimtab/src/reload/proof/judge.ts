import type { HealthReport } from '../../health/report.ts'
import type { Snapshot } from '../../model/snapshot.ts'

/** What a judge has to decide about. */
export interface BakeCase {
  readonly reload: string
  /** What runs now. */
  readonly candidate: Snapshot<object>
  /**
   * What is gone back to: what proved itself or, until anything has, the boot. Undefined for the boot itself, which has
   * nothing to go back to.
   */
  readonly stable: Snapshot<object> | undefined
}

/** Whether the new snapshot may stay, and why not. The reasons and the reports that led to them are shown to people. */
export type Verdict =
  | { readonly kind: 'stable' }
  | {
      readonly kind: 'unhealthy'
      readonly reasons: readonly string[]
      readonly reports?: readonly HealthReport[] | undefined
      /**
       * Whether all of it failed under the boot's snapshot as well. Where that has not proved itself, going back to it would
       * help nobody: then what was judged is kept.
       */
      readonly failedBefore?: boolean | undefined
    }

/**
 * Decides after a commit whether the new snapshot may stay. It is asked again when a later reload is committed on top;
 * the signal then ends the earlier question, whose late answer means nothing. A judge that throws is taken as unhealthy:
 * what could not be judged is not kept.
 */
export interface Judge {
  /** Whether there is anything to decide by. Where it says no the commit is stable at once; without it there always is. */
  isNeeded?(bake: BakeCase): boolean
  judge(bake: BakeCase, signal: AbortSignal): Promise<Verdict>
}
