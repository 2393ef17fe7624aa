import type { EventDraft } from '../../events/event-types.ts'
import type { EventTenantFailure, EventTenantModule } from '../../events/types/tenant.ts'
import { roundMilliseconds } from '../../reload/durations.ts'
import type { Problem } from '../../schema/problem.ts'
import type { TenantEvent } from '../../tenancy/overlay/tenant-events.ts'
import type { TenantFailure, TenantModuleReport, TenantOutcome } from '../../tenancy/overlay/tenant-outcome.ts'
import { bounded, momentOf } from './bounded.ts'
import { changesData, problemData } from './reload-data.ts'

/** None for a reload that changed nothing: there is one for every tenant whenever something shared changes. */
export function tenantEvents(event: TenantEvent, clean: (text: string) => string): readonly EventDraft[] {
  switch (event.kind) {
    case 'state': {
      const { tenant, previous, next } = event
      const data = { tenant, state: next, previous }
      return [{ type: 'dev.trimtab.tenant.state_changed', subject: tenant, data }]
    }
    case 'step':
      return stepEvents(event, clean)
    case 'drained': {
      const { unfinished } = event
      const data = { unfinished: bounded(unfinished), unfinishedCount: unfinished.length }
      return [{ type: 'dev.trimtab.tenant.drained', data }]
    }
    case 'changed': {
      const { tenant, changes } = event
      const data = { tenant, changes: changesData(changes), changeCount: changes.size }
      return [{ type: 'dev.trimtab.tenant.committed', subject: tenant, data }]
    }
    case 'settled': {
      const { outcome, repeated } = event
      return outcome.status === 'unchanged' ? [] : [completedEvent(outcome, repeated, clean)]
    }
    case 'held': {
      const { tenant, hasGood, problems } = event
      return [
        { type: 'dev.trimtab.tenant.held', subject: tenant, data: { tenant, hasGood, ...problemsData(problems) } },
      ]
    }
    case 'recovered': {
      const { tenant } = event
      return [{ type: 'dev.trimtab.tenant.recovered', subject: tenant, data: { tenant } }]
    }
    case 'listing':
      return [{ type: 'dev.trimtab.tenant.listing', data: problemsData(event.problems) }]
    default:
      return event satisfies never
  }
}

/** What was done shows in the tenant's state, but for new credentials. A failure is told once, however often it is repeated. */
function stepEvents(
  { tenant, step, duration, failure, repeated }: Extract<TenantEvent, { kind: 'step' }>,
  clean: (text: string) => string,
): readonly EventDraft[] {
  if (failure === undefined) {
    if (step !== 'rotate') return []
    const data = { tenant, duration: roundMilliseconds(duration) }
    return [{ type: 'dev.trimtab.tenant.credentials_rotated', subject: tenant, data }]
  }
  if (repeated) return []
  const data = { tenant, step, code: failure.code, error: clean(failure.message) }
  return [{ type: 'dev.trimtab.tenant.step_failed', subject: tenant, data }]
}

function completedEvent(outcome: TenantOutcome, repeated: boolean, clean: (text: string) => string): EventDraft {
  const { tenant, status, triggers, modules, problems, startedAt, endedAt } = outcome
  const failed = ({ module, error, timedOut }: TenantFailure): EventTenantFailure => {
    return { module, error: clean(error), timedOut }
  }
  return {
    type: 'dev.trimtab.tenant.completed',
    subject: tenant,
    data: {
      tenant,
      status,
      triggers,
      repeated,
      modules: bounded(modules).map((report) => moduleData(report, clean)),
      ...problemsData(problems),
      cause: 'cause' in outcome ? failed(outcome.cause) : undefined,
      stuck: 'stuck' in outcome ? bounded(outcome.stuck).map(failed) : undefined,
      startedAt: momentOf(startedAt),
      endedAt: momentOf(endedAt),
      duration: roundMilliseconds(outcome.duration),
    },
  }
}

function moduleData(report: TenantModuleReport, clean: (text: string) => string): EventTenantModule {
  const { module, status } = report
  const duration = roundMilliseconds(report.duration)
  if (status !== 'failed') return { module, status, duration }
  return { module, status, step: report.step, error: clean(report.error), duration }
}

function problemsData(problems: readonly Problem[]) {
  return { problems: bounded(problems).map(problemData), problemCount: problems.length }
}
