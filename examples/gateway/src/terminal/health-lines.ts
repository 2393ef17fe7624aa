import type { TrimtabEvent } from 'trimtab'

/** What is told of health; nothing for any other event. */
export function healthLines(event: TrimtabEvent): readonly string[] {
  switch (event.type) {
    case 'dev.trimtab.check.changed': {
      const { check, status, previous, message } = event.data
      // What the plane knows of itself is told where it happens; and that all is well at the beginning is no news.
      if (check.startsWith('trimtab/') || (previous === 'unknown' && status === 'healthy')) return []
      return [`health: ${check} is ${status}${message === undefined ? '' : `: ${message}`}`]
    }
    case 'dev.trimtab.health.changed': {
      const { of, status, causes } = event.data
      if (of !== 'readiness' && of !== 'liveness') return []
      return [`${of}: ${status}${causes.length === 0 ? '' : `, because of ${causes.join(', ')}`}`]
    }
    default:
      return []
  }
}
