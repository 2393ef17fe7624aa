import { count, fields, flag, milliseconds, moment, oneOf, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'

const statuses = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const
type Status = (typeof statuses)[number]

/** The status of one component moved, after damping. */
interface CheckChanged {
  readonly check: string
  readonly component?: string | undefined
  readonly module?: string | undefined
  readonly kind: 'readiness' | 'liveness' | 'startup'
  readonly status: Status
  readonly previous: Status
  readonly message?: string | undefined
  readonly optional: boolean
  readonly shared: boolean
  readonly observedSince: string
  /** The generation in force when the run began. */
  readonly checkedGeneration: number
  readonly timedOut: boolean
  /** Milliseconds of the run. */
  readonly duration: number
}

/** A run of a check was given up. */
interface CheckAbandoned {
  readonly check: string
  /** How many runs of this check were given up. */
  readonly abandoned: number
}

/** The answer to one of the questions moved. */
interface HealthChanged {
  readonly of: 'health' | 'readiness' | 'liveness' | 'startup'
  readonly status: Exclude<Status, 'unknown'>
  readonly previous: Exclude<Status, 'unknown'>
  /** `check` or `check/component` of those that made it so. */
  readonly causes: readonly string[]
}

/** A check's remedy. */
interface RemedyMoved {
  readonly check: string
  readonly reason: string
}

/** How the service is. */
export interface HealthEventData {
  readonly 'dev.trimtab.check.changed': CheckChanged
  readonly 'dev.trimtab.check.abandoned': CheckAbandoned
  readonly 'dev.trimtab.health.changed': HealthChanged
  readonly 'dev.trimtab.remedy.applied': RemedyMoved
  readonly 'dev.trimtab.remedy.withdrawn': RemedyMoved
  readonly 'dev.trimtab.remedy.failed': RemedyMoved
}

const remedy = fields<RemedyMoved>({ check: text('The check it belongs to'), reason: text('Why') }, {})

export const healthEvents: EventTable<HealthEventData> = {
  'dev.trimtab.check.changed': {
    title: 'The status of a component has moved',
    when: 'Once for each effective transition of a check or a component of it, after damping. Healthy at first sight is none.',
    data: fields<CheckChanged>(
      {
        check: text('The check'),
        component: text('Which of the things it looks at'),
        module: text('The module it belongs to'),
        kind: oneOf(['readiness', 'liveness', 'startup'], 'What it is asked for'),
        status: oneOf(statuses, 'What it counts as now'),
        previous: oneOf(statuses, 'What it counted as'),
        message: text('What it said, bounded and without secrets'),
        optional: flag('Whether it never fails readiness'),
        shared: flag('Whether other instances see the same'),
        observedSince: moment('Since when it counts as this'),
        checkedGeneration: count('The generation in force when the run began'),
        timedOut: flag('Whether the run was given up at its deadline'),
        duration: milliseconds('Milliseconds of the run'),
      },
      { component: true, module: true, message: true },
    ),
  },
  'dev.trimtab.check.abandoned': {
    title: 'A run of a check was given up',
    when: 'At its deadline. It may go on; no second one is started beside it.',
    data: fields<CheckAbandoned>(
      { check: text('The check'), abandoned: count('How many of its runs were given up') },
      {},
    ),
  },
  'dev.trimtab.health.changed': {
    title: 'The answer of a probe has moved',
    when: 'When the worst of all reports for one of the four questions is another one than before.',
    data: fields<HealthChanged>(
      {
        of: oneOf(['health', 'readiness', 'liveness', 'startup'], 'The question'),
        status: oneOf(['healthy', 'degraded', 'unhealthy'], 'The answer now'),
        previous: oneOf(['healthy', 'degraded', 'unhealthy'], 'The answer before'),
        causes: texts('The checks that made it so'),
      },
      {},
    ),
  },
  'dev.trimtab.remedy.applied': {
    title: 'A remedy is in force',
    when: 'When a check failed as often as its remedy asks for.',
    data: remedy,
  },
  'dev.trimtab.remedy.withdrawn': {
    title: 'A remedy was taken back',
    when: 'When its check has recovered.',
    data: remedy,
  },
  'dev.trimtab.remedy.failed': {
    title: 'A remedy could not be applied',
    when: 'When the reload refused its override.',
    data: remedy,
  },
}
