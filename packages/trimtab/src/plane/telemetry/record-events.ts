import type { HealthEvent } from '../../health/health.ts'
import type { BakeEvent } from '../../reload/events.ts'
import type { Outcome } from '../../reload/outcome.ts'
import type { Recording } from '../../telemetry/metrics.ts'
import type { TenantEvent } from '../../tenancy/overlay/tenant-events.ts'
import type { PlaneEvent } from '../events/plane-event.ts'
import type { TelemetryLabels } from './telemetry-labels.ts'

import type { StoreEvent } from '../../store/config-store.ts'
import type { PlaneFeedEvent } from '../store/plane-stores.ts'

/** Counts and times what a plane tells. What is told no more than once a while is asked for instead: see `observePlane`. */
export function createEventRecorder(record: Recording, labels: TelemetryLabels): (event: PlaneEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'settled':
        recordOutcome(record, event.outcome)
        return
      case 'bake':
        recordBake(record, event)
        return
      case 'set_aside':
        record('trimtab.content.set_aside', 1, {})
        return
      case 'health':
        recordHealth(record, labels, event.event)
        return
      case 'tenant':
        recordTenant(record, event.event)
        return
      case 'feed':
        recordFeed(record, event.feed)
        return
      case 'store':
        recordPublish(record, event.event)
        return
      default:
    }
  }
}

function recordOutcome(record: Recording, { status, triggers, duration }: Outcome): void {
  const [trigger] = triggers
  record('trimtab.reloads', 1, { 'trimtab.reload.status': status, 'trimtab.reload.trigger': trigger })
  record('trimtab.reload.duration', duration / 1_000, { 'trimtab.reload.status': status })
}

function recordBake(record: Recording, { step }: BakeEvent): void {
  if (step.kind === 'started') return
  record('trimtab.bake.duration', step.duration / 1_000, { 'trimtab.bake.result': step.kind })
}

function recordHealth(record: Recording, labels: TelemetryLabels, event: HealthEvent): void {
  switch (event.kind) {
    case 'transition': {
      const { check, status } = event.report
      const label = labels.check(check)
      record('trimtab.check.transitions', 1, { 'trimtab.check': label, 'trimtab.health.status': status })
      return
    }
    case 'abandoned':
      record('trimtab.check.abandoned', 1, { 'trimtab.check': labels.check(event.check) })
      return
    case 'remedy':
      record('trimtab.remedies', 1, {
        'trimtab.check': labels.check(event.check),
        'trimtab.remedy.step': event.step,
      })
      return
    case 'aggregate':
      return
    default:
      event satisfies never
  }
}

function recordFeed(record: Recording, { environment, event }: PlaneFeedEvent): void {
  if (event.kind !== 'adopted' || event.because !== 'rewound') return
  record('trimtab.feed.rewinds', 1, { 'trimtab.environment': environment })
}

function recordPublish(record: Recording, { environment, result, duration }: StoreEvent): void {
  const outcome = { 'trimtab.publish.outcome': result?.kind ?? 'failed' }
  record('trimtab.publishes', 1, { 'trimtab.environment': environment, ...outcome })
  record('trimtab.publish.duration', duration / 1_000, outcome)
}

function recordTenant(record: Recording, event: TenantEvent): void {
  if (event.kind === 'settled') record('trimtab.tenant.reloads', 1, { 'trimtab.tenant.status': event.outcome.status })
  if (event.kind !== 'step' || event.step !== 'activate') return
  const outcome = event.failure === undefined ? 'activated' : 'failed'
  record('trimtab.tenant.activation.duration', event.duration / 1_000, { 'trimtab.activation.outcome': outcome })
}
