import type { EventDraft } from '../../events/event-types.ts'
import type { PlaneFeedEvent } from '../store/plane-stores.ts'
import type { StoreEvent } from '../../store/config-store.ts'
import { bounded } from './bounded.ts'

/** None for what follows what was known: a reload tells of what it changes. */
export function feedEvents(
  { environment, tenant, event }: PlaneFeedEvent,
  clean: (text: string) => string,
): readonly EventDraft[] {
  const whose = tenant === undefined ? {} : { tenant }
  const subject = tenant === undefined ? environment : `${environment}/${tenant}`
  switch (event.kind) {
    case 'lost': {
      const { attempts, error } = event
      const data = { environment, ...whose, attempts, code: error.code, error: clean(error.message) }
      return [{ type: 'dev.trimtab.feed.lost', subject, data }]
    }
    case 'restored': {
      const { cursor, lostFor } = event
      const data = { environment, ...whose, ...cursor, lostFor: Math.round(lostFor) }
      return [{ type: 'dev.trimtab.feed.restored', subject, data }]
    }
    case 'adopted': {
      const { because, previous, next } = event
      if (because !== 'rewound' || previous === undefined) return []
      const data = {
        environment,
        ...whose,
        ...next.cursor,
        previousRevision: previous.cursor.revision,
        previousHash: previous.cursor.hash,
      }
      return [{ type: 'dev.trimtab.feed.rewound', subject, data }]
    }
    case 'advanced':
      return []
    default:
      return event satisfies never
  }
}

/** None for a publish that has changed nothing: who asked for it has the answer. */
export function storeEvents({ result }: StoreEvent, clean: (text: string) => string): readonly EventDraft[] {
  if (result?.kind !== 'published') return []
  const { cursor, environment, author, message, changes } = result.revision
  const tenants = [...new Set(changes.flatMap(({ tenant }) => tenant ?? []))]
  const data = {
    environment,
    ...cursor,
    author: clean(author),
    message: clean(message),
    paths: bounded(changes.flatMap((change) => (change.kind === 'leaf' ? [change.path] : []))),
    tenants: bounded(tenants),
    changeCount: changes.length,
  }
  return [{ type: 'dev.trimtab.store.published', subject: environment, data }]
}
