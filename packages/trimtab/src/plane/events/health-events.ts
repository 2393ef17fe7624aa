import type { EventDraft } from '../../events/event-types.ts'
import type { HealthEvent } from '../../health/health.ts'
import type { HealthReport } from '../../health/report.ts'
import { roundMilliseconds } from '../../reload/durations.ts'
import { bounded, momentOf } from './bounded.ts'

export function healthEvent(event: HealthEvent, clean: (text: string) => string): EventDraft {
  switch (event.kind) {
    case 'transition': {
      const { report, previous } = event
      return {
        type: 'dev.trimtab.check.changed',
        subject: subjectOf(report),
        data: { ...checkData(report, clean), previous },
      }
    }
    case 'aggregate': {
      const { of, next, previous } = event
      const data = { of, status: next.status, previous: previous.status, causes: bounded(next.causes) }
      return { type: 'dev.trimtab.health.changed', subject: of, data }
    }
    case 'abandoned': {
      const { check, abandoned } = event
      return { type: 'dev.trimtab.check.abandoned', subject: check, data: { check, abandoned } }
    }
    case 'remedy': {
      const { check, step, reason } = event
      return { type: `dev.trimtab.remedy.${step}`, subject: check, data: { check, reason: clean(reason) } }
    }
    default:
      return event satisfies never
  }
}

function checkData(report: HealthReport, clean: (text: string) => string) {
  const { check, component, module, kind, status, message, optional, shared, timedOut } = report
  return {
    check,
    component,
    module,
    kind,
    status,
    message: message === undefined ? undefined : clean(message),
    optional,
    shared,
    observedSince: momentOf(report.observedSince),
    checkedGeneration: report.generation,
    timedOut,
    duration: roundMilliseconds(report.duration),
  }
}

function subjectOf({ check, component }: HealthReport): string {
  return component === undefined ? check : `${check}/${component}`
}
