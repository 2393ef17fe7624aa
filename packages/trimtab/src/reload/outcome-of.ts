import { isDeepStrictEqual } from 'node:util'
import type { HealthReport } from '../health/report.ts'
import type { AttemptEnd } from './attempt.ts'
import type { Committed } from './proof/committed.ts'
import { roundMilliseconds, roundReports } from './durations.ts'
import type { ModuleReport, Outcome, RollbackCause, StuckModule } from './outcome.ts'
import type { PendingRestart } from './plan/pending-restart.ts'
import type { Pass } from './queue/pass.ts'
import type { Problem } from '../schema/problem.ts'
import type { Undone } from './two-phase/undo.ts'

export interface OutcomeFacts {
  readonly pass: Pass
  readonly end: AttemptEnd
  /** What is in force now; undefined when a boot failed. */
  readonly committed: Committed | undefined
  readonly startedAt: number
  readonly endedAt: number
  readonly duration: number
  readonly bakeSkipped: boolean
}

/** The data of an attempt's end, as everybody gets it. */
export function outcomeOf(facts: OutcomeFacts): Outcome {
  return sealed(assembled(facts))
}

/** An outcome as it is handed out: frozen, with its durations rounded. */
function sealed(outcome: Outcome): Outcome {
  const duration = roundMilliseconds(outcome.duration)
  const tidy = { ...outcome, modules: roundReports(outcome.modules), duration }
  return Object.freeze(tidy.status === 'circuit_open' ? { ...tidy, retryIn: roundMilliseconds(tidy.retryIn) } : tidy)
}

function assembled({ pass, end, committed, startedAt, endedAt, duration, bakeSkipped }: OutcomeFacts): Outcome {
  const base = {
    id: pass.id,
    triggers: pass.triggers,
    dryRun: pass.dryRun,
    generation: committed?.snapshot.generation ?? 0,
    digest: digestOf(end),
    plan: 'plan' in end ? end.plan : undefined,
    modules: 'reports' in end ? end.reports : [],
    pendingRestart: 'plan' in end && end.plan !== undefined ? end.plan.pendingRestart : (committed?.pending ?? []),
    problems: 'problems' in end ? end.problems : 'candidate' in end ? end.candidate.warnings : [],
    startedAt,
    endedAt,
    duration,
  }
  switch (end.kind) {
    case 'unreadable':
      return { ...base, status: 'load_failed' }
    case 'refused':
      return { ...base, status: 'validation_failed' }
    case 'held':
      return { ...base, status: 'circuit_open', retryIn: end.retryIn, failures: end.failures }
    case 'cancelled':
      return { ...base, status: 'rolled_back', cause: { kind: 'cancelled' as const } }
    case 'unchanged':
      return { ...base, status: 'unchanged' }
    case 'rehearsed':
      return { ...base, status: 'full_success', changes: end.plan.changes, bakeSkipped: false }
    case 'undone': {
      const { cause, stuck } = end.applied
      if (stuck.length > 0) return { ...base, status: 'stuck', cause, stuck }
      return { ...base, status: 'rolled_back', cause }
    }
    case 'applied': {
      const { outstanding } = end.applied
      const { changes } = end.plan
      if (outstanding.length === 0) return { ...base, status: 'full_success', changes, bakeSkipped }
      return { ...base, status: 'partial_applied', changes, bakeSkipped, outstanding }
    }
    default:
      return end satisfies never
  }
}

function digestOf(end: AttemptEnd): string | undefined {
  if ('candidate' in end) return end.candidate.content.digest
  return 'content' in end ? end.content?.digest : undefined
}

export interface WayBackFacts {
  readonly reasons: readonly string[]
  readonly reports: readonly HealthReport[]
  readonly stuck: readonly StuckModule[]
  readonly undone: Undone['undone']
  readonly committed: Committed
  readonly endedAt: number
}

/** The outcome of a reload that was committed and did not prove itself. */
export function rolledBack(outcome: Outcome, facts: WayBackFacts): Outcome {
  const { reasons, reports, stuck, undone, committed, endedAt } = facts
  const cause = { kind: 'unhealthy', reasons, reports } as const
  const base = {
    ...outcome,
    modules: outcome.modules.map((report) => takenBack(report, stuck, undone)),
    generation: committed.snapshot.generation,
    pendingRestart: committed.pending,
    endedAt,
    cause,
  }
  return sealed(stuck.length > 0 ? { ...base, status: 'stuck', stuck } : { ...base, status: 'rolled_back' })
}

/** What to do about what health said no to, and that was kept. */
export const keptHint = 'Repair what the checks name, or change the configuration: the next change is judged again'

/** The outcome of a reload that health said no to, and that is kept because nothing better can be gone back to. */
export function keptUnhealthy(outcome: Outcome, reasons: readonly string[]): Outcome {
  const warning: Problem = {
    code: 'kept_unhealthy',
    severity: 'warning',
    message: `health says no, and there is nothing better to go back to: ${reasons.join('; ')}`,
    hint: keptHint,
  }
  return Object.freeze({ ...outcome, problems: Object.freeze([...outcome.problems, warning]) })
}

function takenBack(report: ModuleReport, stuck: readonly StuckModule[], undone: Undone['undone']): ModuleReport {
  if (report.status !== 'applied') return report
  const { module, action, gap } = report
  const failed = stuck.find((each) => each.module === module)
  if (failed !== undefined) return { module, status: 'failed', action, step: 'undo', error: failed.error, duration: 0 }
  const unit = undone.get(module)
  if (unit === undefined) return report
  const whole = unit.gap === undefined ? gap : unit.gap + (gap ?? 0)
  return { module, status: 'undone', action, duration: unit.duration, ...(whole === undefined ? {} : { gap: whole }) }
}

/** Two runs of a check never took the same time: it is what they led to that counts. */
function isSameCause(before: RollbackCause, cause: RollbackCause): boolean {
  if (before.kind === 'unhealthy' && cause.kind === 'unhealthy') return isDeepStrictEqual(before.reasons, cause.reasons)
  return isDeepStrictEqual(before, cause)
}

/** True where a failure is the one before it once more, so that it need not be told again. */
export function isRepeated(before: Outcome | undefined, outcome: Outcome): boolean {
  if (before === undefined) return false
  switch (outcome.status) {
    case 'unchanged':
      return before.status === 'unchanged'
    case 'full_success':
      return false
    case 'load_failed':
    case 'validation_failed':
      return before.status === outcome.status && isDeepStrictEqual(before.problems, outcome.problems)
    case 'rolled_back':
    case 'stuck':
      return (
        before.status === outcome.status && before.digest === outcome.digest && isSameCause(before.cause, outcome.cause)
      )
    case 'circuit_open':
      return before.status === outcome.status && before.digest === outcome.digest
    case 'partial_applied':
      return (
        before.status === outcome.status &&
        before.changes.isEmpty &&
        outcome.changes.isEmpty &&
        isDeepStrictEqual(before.outstanding, outcome.outstanding)
      )
    default:
      return outcome satisfies never
  }
}

/** True where two lists say the same. */
export function samePending(a: readonly PendingRestart[], b: readonly PendingRestart[]): boolean {
  return isDeepStrictEqual(a, b)
}

/** True where what is configured is not what runs, because it was refused, undone or held back. */
export function isFailure(outcome: Outcome | undefined): boolean {
  switch (outcome?.status) {
    case undefined:
    case 'unchanged':
    case 'full_success':
      return false
    case 'partial_applied':
    case 'validation_failed':
    case 'load_failed':
    case 'rolled_back':
    case 'stuck':
    case 'circuit_open':
      return true
    default:
      return outcome satisfies never
  }
}
