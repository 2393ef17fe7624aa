import type { EventDraft } from '../../events/event-types.ts'
import { cleanData } from '../../model/secrecy/clean-data.ts'
import type { PlaneEvent } from './plane-event.ts'
import { guardEvent } from './guard-events.ts'
import { healthEvent } from './health-events.ts'
import { overrideEvent } from './override-events.ts'
import { bakeEvent, breakerEvent } from './proof-events.ts'
import { feedEvents, storeEvents } from './store-events.ts'
import { tenantEvents } from './tenant-events.ts'
import { pendingData, stuckData } from './reload-data.ts'
import { committedEvents, settledEvents } from './reload-events.ts'

/**
 * Makes of what the parts of a plane tell what the plane tells. `clean` takes secrets out of texts that somebody else
 * wrote; what comes from a reload has been cleaned with the secrets of both its sides.
 */
export function createEventMapper(clean: (text: string) => string): (event: PlaneEvent) => readonly EventDraft[] {
  /** Reloads whose modules were told of at their commit. */
  const committed = new Set<string>()

  return (event) => {
    switch (event.kind) {
      case 'started':
        return [{ type: 'dev.trimtab.reload.started', reloadid: event.id, data: { triggers: event.triggers } }]
      case 'committed':
        committed.add(event.id)
        return committedEvents(event)
      case 'settled': {
        const { outcome, repeated } = event
        return settledEvents(outcome, repeated, committed.delete(outcome.id))
      }
      case 'pending_restart':
        return event.pending.length === 0
          ? [{ type: 'dev.trimtab.restart.cleared', data: {} }]
          : [{ type: 'dev.trimtab.restart.pending', data: { pendingRestart: pendingData(event.pending) } }]
      case 'breaker':
        return [breakerEvent(event.state)]
      case 'bake':
        return [bakeEvent(event)]
      case 'stuck':
        return event.stuck.length === 0
          ? [{ type: 'dev.trimtab.module.cleared', data: {} }]
          : [{ type: 'dev.trimtab.module.stuck', data: { stuck: stuckData(event.stuck) } }]
      case 'set_aside':
        return [{ type: 'dev.trimtab.content.set_aside', data: { digest: event.digest, why: event.why } }]
      case 'retired': {
        const { module, cutOff, error } = event
        return [{ type: 'dev.trimtab.module.retired', subject: module, data: { module, cutOff, error } }]
      }
      case 'module': {
        const { module, name } = event
        const data = event.data === undefined ? undefined : cleanData(event.data, clean)
        return [{ type: 'dev.trimtab.module.emitted', subject: module, data: { module, name: clean(name), data } }]
      }
      case 'override':
        return [overrideEvent(event.event, clean)]
      case 'health':
        return [healthEvent(event.event, clean)]
      case 'tenant':
        return tenantEvents(event.event, clean)
      case 'guard':
        return [guardEvent(event.event, clean)]
      case 'feed':
        return feedEvents(event.feed, clean)
      case 'store':
        return storeEvents(event.event, clean)
      case 'recovered':
        return [{ type: 'dev.trimtab.boot.recovered', data: { from: event.from, why: clean(event.why) } }]
      default:
        return event satisfies never
    }
  }
}
