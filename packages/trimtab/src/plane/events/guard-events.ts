import type { EventDraft } from '../../events/event-types.ts'
import type { GuardEvent } from '../../tenancy/guard/guard.ts'
import { bounded } from './bounded.ts'

export function guardEvent(event: GuardEvent, clean: (text: string) => string): EventDraft {
  switch (event.kind) {
    case 'violation': {
      const { kind, tenant, owner, refused } = event.violation
      const resource = clean(event.violation.resource)
      const operation = clean(event.violation.operation)
      const data = { kind, tenant, owner, resource, operation, refused, count: event.count }
      return { type: 'dev.trimtab.guard.violated', subject: tenant, data }
    }
    case 'mode': {
      const { next, previous, actor } = event
      const data = { mode: next, previous, actor: clean(actor), reason: clean(event.reason) }
      return { type: 'dev.trimtab.guard.mode_changed', data }
    }
    case 'allow': {
      const { next, previous, actor } = event
      const who = { actor: clean(actor), reason: clean(event.reason) }
      const data = { allow: bounded(next), previous: bounded(previous), ...who }
      return { type: 'dev.trimtab.guard.allow_changed', data }
    }
    default:
      return event satisfies never
  }
}
