import type { EventDraft } from '../../events/event-types.ts'
import type { OverrideEvent } from '../../sources/override.ts'
import { bounded, momentOf } from './bounded.ts'

export function overrideEvent({ kind, override }: OverrideEvent, clean: (text: string) => string): EventDraft {
  const { id, paths, reason, appliedAt, expiresAt } = override
  return {
    type: `dev.trimtab.override.${kind}`,
    subject: id,
    data: {
      override: id,
      paths: bounded(paths),
      reason: clean(reason),
      appliedAt: momentOf(appliedAt),
      expiresAt: momentOf(expiresAt),
    },
  }
}
