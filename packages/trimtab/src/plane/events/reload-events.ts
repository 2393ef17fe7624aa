import type { EventDraft } from '../../events/event-types.ts'
import type { ReloadCompleted } from '../../events/types/reload-data.ts'
import type { ReloadEvent } from '../../reload/events.ts'
import type { ModuleReport, Outcome } from '../../reload/outcome.ts'
import { bounded, momentOf } from './bounded.ts'
import { causeData, changesData, moduleData, pendingData, problemData, stuckData } from './reload-data.ts'

type Committed = Extract<ReloadEvent, { kind: 'committed' }>

/** What a commit tells: first what became of each module, then that readers hold the new snapshot. */
export function committedEvents({ id, previous, next, changes, undone, modules }: Committed): readonly EventDraft[] {
  return [
    ...moduleEvents(id, modules),
    {
      type: 'dev.trimtab.reload.committed',
      reloadid: id,
      data: {
        previousGeneration: previous?.generation ?? 0,
        undone,
        digest: next.digest,
        changes: changesData(changes),
        changeCount: changes.size,
      },
    },
  ]
}

/** What the end of a reload tells; its modules too, where no commit has told of them. */
export function settledEvents(outcome: Outcome, repeated: boolean, wasCommitted: boolean): readonly EventDraft[] {
  const { id } = outcome
  return [
    ...(wasCommitted ? [] : moduleEvents(id, outcome.modules)),
    { type: 'dev.trimtab.reload.completed', reloadid: id, data: completedData(outcome, repeated) },
  ]
}

function moduleEvents(reloadid: string, reports: readonly ModuleReport[]): readonly EventDraft[] {
  return reports.flatMap((report): readonly EventDraft[] => {
    const { status, module } = report
    if (status === 'skipped') return []
    return [{ type: `dev.trimtab.module.${status}`, subject: module, reloadid, data: moduleData(report) }]
  })
}

function completedData(outcome: Outcome, repeated: boolean): ReloadCompleted {
  const { status, triggers, digest, modules, problems, pendingRestart, supersededBy } = outcome
  const affected = modules.filter((report) => report.status !== 'skipped' || report.reason === 'holds_failed')
  const base = {
    status,
    triggers,
    generation: outcome.generation,
    repeated,
    digest,
    changes: [],
    changeCount: 0,
    modules: bounded(affected).map(moduleData),
    moduleCount: affected.length,
    problems: bounded(problems).map(problemData),
    problemCount: problems.length,
    pendingRestart: pendingData(pendingRestart),
    supersededBy,
    startedAt: momentOf(outcome.startedAt),
    endedAt: momentOf(outcome.endedAt),
    duration: outcome.duration,
  }
  switch (outcome.status) {
    case 'unchanged':
    case 'validation_failed':
    case 'load_failed':
      return base
    case 'full_success':
    case 'partial_applied': {
      const { changes, bakeSkipped } = outcome
      const outstanding = outcome.status === 'partial_applied' ? bounded(outcome.outstanding) : undefined
      return { ...base, changes: changesData(changes), changeCount: changes.size, bakeSkipped, outstanding }
    }
    case 'rolled_back':
      return { ...base, cause: causeData(outcome.cause) }
    case 'stuck':
      return { ...base, cause: causeData(outcome.cause), stuck: stuckData(outcome.stuck) }
    case 'circuit_open':
      return { ...base, retryIn: outcome.retryIn, failures: outcome.failures }
    default:
      return outcome satisfies never
  }
}
