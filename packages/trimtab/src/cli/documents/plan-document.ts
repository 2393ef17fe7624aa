import type { ShownChange } from '../../model/changes.ts'
import type { PendingRestart } from '../../reload/plan/pending-restart.ts'
import type { PlannedStep } from '../../reload/plan/plan.ts'
import type { PossibleFollower } from '../service/may-follow.ts'
import type { ProblemDocument } from './problem-document.ts'

/** What `trimtab plan --json` prints. Secrets are `"[secret …]"`, with other digits where they differ. */
export interface PlanDocument {
  readonly status: 'unchanged' | 'planned' | 'invalid' | 'unreadable'
  /** What is planned from and to. */
  readonly from: readonly PlannedSource[]
  readonly to: readonly PlannedSource[]
  /** What readers would get at once. */
  readonly changes: readonly ShownChange[]
  /** What would be configured, and not run before a restart. The values are texts. */
  readonly pendingRestart: readonly PendingRestartDocument[]
  /** What modules would do, in this order. */
  readonly steps: readonly PlannedStep[]
  readonly mayFollow: readonly PossibleFollower[]
  /** Where the problems are: in what is there before the change, or after it; null where there are none. */
  readonly side: 'from' | 'to' | null
  readonly problems: readonly ProblemDocument[]
  readonly warnings: readonly ProblemDocument[]
}

export interface PlannedSource {
  readonly name: string
  /** The file that stands in for it. */
  readonly file: string | null
}

export interface PendingRestartDocument {
  readonly path: string
  readonly running: string
  readonly configured: string
  /** The module that cannot change while it runs, where the schema alone would allow it. */
  readonly module: string | null
}

export function pendingDocument({ path, running, configured, module }: PendingRestart): PendingRestartDocument {
  return { path, running, configured, module: module ?? null }
}
