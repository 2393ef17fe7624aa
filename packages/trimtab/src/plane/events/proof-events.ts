import type { EventDraft } from '../../events/event-types.ts'
import type { BreakerState } from '../../reload/breaker.ts'
import { roundMilliseconds } from '../../reload/durations.ts'
import type { BakeEvent } from '../../reload/events.ts'
import { bounded } from './bounded.ts'

export function breakerEvent(state: BreakerState): EventDraft {
  switch (state.kind) {
    case 'closed':
      return { type: 'dev.trimtab.breaker.closed', data: {} }
    case 'failing':
    case 'open': {
      const { digest, failures, failedAt, retryAt } = state
      const data = { digest, failures, retryIn: roundMilliseconds(retryAt - failedAt) }
      return { type: state.kind === 'open' ? 'dev.trimtab.breaker.opened' : 'dev.trimtab.breaker.failing', data }
    }
    default:
      return state satisfies never
  }
}

export function bakeEvent({ id, step }: BakeEvent): EventDraft {
  switch (step.kind) {
    case 'started':
      return { type: 'dev.trimtab.bake.started', reloadid: id, data: { stableGeneration: step.stable } }
    case 'stable':
      return { type: 'dev.trimtab.bake.stable', reloadid: id, data: { duration: roundMilliseconds(step.duration) } }
    case 'undone':
    case 'kept': {
      const data = { reasons: bounded(step.reasons), duration: roundMilliseconds(step.duration) }
      return { type: `dev.trimtab.bake.${step.kind}`, reloadid: id, data }
    }
    case 'superseded': {
      const data = { supersededBy: step.by, duration: roundMilliseconds(step.duration) }
      return { type: 'dev.trimtab.bake.superseded', reloadid: id, data }
    }
    default:
      return step satisfies never
  }
}
