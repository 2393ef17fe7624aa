import { fields, moment, type NoData, nothing, oneOf, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'
import type { EventPendingRestart } from './reload-data.ts'
import { pendingSchema } from './reload-schemas.ts'

/** The process has come up on something else than what is configured. */
interface BootRecovered {
  readonly from: 'last_known_good' | 'fallback'
  readonly why: string
}

/** The fields that wait for a restart; the list as it is now. */
interface RestartPending {
  readonly pendingRestart: readonly EventPendingRestart[]
}

/** An override and how long it lasts, without its values. */
interface OverrideMoved {
  readonly override: string
  readonly paths: readonly string[]
  readonly reason: string
  readonly appliedAt: string
  readonly expiresAt: string
}

/** What concerns the process as a whole. */
export interface PlaneEventData {
  readonly 'dev.trimtab.boot.recovered': BootRecovered
  readonly 'dev.trimtab.restart.pending': RestartPending
  readonly 'dev.trimtab.restart.cleared': NoData
  readonly 'dev.trimtab.override.applied': OverrideMoved
  readonly 'dev.trimtab.override.withdrawn': OverrideMoved
  readonly 'dev.trimtab.override.expired': OverrideMoved
}

const override = fields<OverrideMoved>(
  {
    override: text('Its id'),
    paths: texts('The places it sets'),
    reason: text('Why, as its author said'),
    appliedAt: moment('When it was applied'),
    expiresAt: moment('When it ends by itself'),
  },
  {},
)

export const planeEvents: EventTable<PlaneEventData> = {
  'dev.trimtab.boot.recovered': {
    title: 'The process has come up on something else than what is configured',
    when: 'At the start, when what is configured can’t be read or ended the process before.',
    data: fields<BootRecovered>(
      {
        from: oneOf(['last_known_good', 'fallback'], 'What it came up on'),
        why: text('Why not on what is configured'),
      },
      {},
    ),
  },
  'dev.trimtab.restart.pending': {
    title: 'Changes wait for a restart',
    when: 'Whenever the list of fields that are configured and do not run moves and is not empty.',
    data: fields<RestartPending>({ pendingRestart: pendingSchema }, {}),
  },
  'dev.trimtab.restart.cleared': {
    title: 'Nothing waits for a restart any more',
    when: 'When the last change that waited was taken back.',
    data: nothing,
  },
  'dev.trimtab.override.applied': {
    title: 'An override is in force',
    when: 'When `plane.override()` or a remedy sets values for a time; before the reload that takes them in.',
    data: override,
  },
  'dev.trimtab.override.withdrawn': {
    title: 'An override was taken back',
    when: 'When its author withdrew it, or the reload refused it.',
    data: override,
  },
  'dev.trimtab.override.expired': {
    title: 'An override has ended by itself',
    when: 'When its time was over.',
    data: override,
  },
}
