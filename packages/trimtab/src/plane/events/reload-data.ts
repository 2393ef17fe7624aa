import type {
  EventCause,
  EventChange,
  EventModule,
  EventPendingRestart,
  EventProblem,
  EventStuckModule,
} from '../../events/types/reload-data.ts'
import type { Changes } from '../../model/changes.ts'
import { printOrigin } from '../../model/origin.ts'
import { roundMilliseconds } from '../../reload/durations.ts'
import type { ModuleReport, RollbackCause, StuckModule } from '../../reload/outcome.ts'
import type { PendingRestart } from '../../reload/plan/pending-restart.ts'
import { type Problem, printProblem } from '../../schema/problem.ts'
import { bounded, momentOf } from './bounded.ts'

export function changesData(changes: Changes): readonly EventChange[] {
  const lines = changes.summary()
  return bounded(changes).map(({ kind, path }, index) => ({ kind, path, line: lines[index] ?? '' }))
}

export function problemData(problem: Problem): EventProblem {
  const { code, severity, message, path, origin, module, hint } = problem
  const place = origin === undefined ? undefined : printOrigin(origin)
  return { code, severity, message, path, source: origin?.source, place, module, hint, text: printProblem(problem) }
}

export function moduleData(report: ModuleReport): EventModule {
  const { module, status } = report
  const duration = roundMilliseconds(report.duration)
  switch (status) {
    case 'applied': {
      const gap = report.gap === undefined ? undefined : roundMilliseconds(report.gap)
      return { module, status, action: report.action, gap, duration }
    }
    case 'skipped':
      return { module, status, reason: report.reason, duration }
    case 'failed':
      return { module, status, action: report.action, step: report.step, error: report.error, duration }
    case 'undone':
      return { module, status, action: report.action, duration }
    default:
      return status satisfies never
  }
}

export function pendingData(pending: readonly PendingRestart[]): readonly EventPendingRestart[] {
  return bounded(pending).map(({ path, running, configured, module }) => ({ path, running, configured, module }))
}

export function stuckData(stuck: readonly StuckModule[]): readonly EventStuckModule[] {
  return bounded(stuck).map(({ module, error, since }) => ({ module, error, since: momentOf(since) }))
}

export function causeData(cause: RollbackCause): EventCause {
  switch (cause.kind) {
    case 'step_failed': {
      const { kind, module, step, error, timedOut } = cause
      return { kind, module, step, error, timedOut }
    }
    case 'cancelled':
      return { kind: cause.kind }
    case 'unhealthy':
      return { kind: cause.kind, reasons: bounded(cause.reasons) }
    default:
      return cause satisfies never
  }
}
