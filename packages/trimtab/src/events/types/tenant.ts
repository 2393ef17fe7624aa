import { count, describedAs, fields, flag, list, milliseconds, moment, oneOf, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'
import type { EventChange, EventProblem } from './reload-data.ts'
import { changeCountSchema, changesSchema, problemsSchema } from './reload-schemas.ts'

const states = ['active', 'suspended', 'unknown'] as const
const statuses = ['unchanged', 'applied', 'refused', 'unreadable', 'rolled_back', 'stuck'] as const
const steps = ['activate', 'suspend', 'remove', 'rotate'] as const
const triggers = ['boot', 'overlay', 'shared', 'reference', 'manual', 'retry'] as const

/** `unknown`: not listed yet, or gone. */
interface TenantStateChanged {
  readonly tenant: string
  readonly state: (typeof states)[number]
  readonly previous: (typeof states)[number]
}

/** A step that was asked for could not be taken. It is tried again. */
interface TenantStepFailed {
  readonly tenant: string
  readonly step: (typeof steps)[number]
  readonly code: string
  readonly error: string
}

/** A tenant is read with the credentials it has by now. */
interface TenantCredentialsRotated {
  readonly tenant: string
  /** Milliseconds. */
  readonly duration: number
}

/** Nothing more is done for tenants. */
interface TenantDrained {
  /** The first 100. */
  readonly unfinished: readonly string[]
  readonly unfinishedCount: number
}

/** A tenant's own part has changed what it reads. */
interface TenantCommitted {
  readonly tenant: string
  /** The first 100. */
  readonly changes: readonly EventChange[]
  readonly changeCount: number
}

/** What became of one module in a tenant's reload. */
export interface EventTenantModule {
  readonly module: string
  readonly status: 'applied' | 'undone' | 'not_reached' | 'failed'
  /** The step that failed. */
  readonly step?: string | undefined
  readonly error?: string | undefined
  /** Milliseconds. */
  readonly duration: number
}

/** A module that could not take a tenant's change. */
export interface EventTenantFailure {
  readonly module: string
  readonly error: string
  readonly timedOut: boolean
}

/** A tenant's reload has ended. */
interface TenantCompleted {
  readonly tenant: string
  readonly status: (typeof statuses)[number]
  readonly triggers: readonly (typeof triggers)[number][]
  readonly repeated: boolean
  readonly modules: readonly EventTenantModule[]
  /** The first 100. */
  readonly problems: readonly EventProblem[]
  readonly problemCount: number
  readonly cause?: EventTenantFailure | undefined
  readonly stuck?: readonly EventTenantFailure[] | undefined
  readonly startedAt: string
  readonly endedAt: string
  /** Milliseconds. */
  readonly duration: number
}

/** A tenant does not read what is configured for it. */
interface TenantHeld {
  readonly tenant: string
  /** Whether it goes on with its last good configuration; without one, reading it throws `tenant_invalid`. */
  readonly hasGood: boolean
  /** The first 100. */
  readonly problems: readonly EventProblem[]
  readonly problemCount: number
}

interface TenantRecovered {
  readonly tenant: string
}

/** What is wrong with the list of tenants; nothing, where it is in order again. */
interface TenantListing {
  /** The first 100. */
  readonly problems: readonly EventProblem[]
  readonly problemCount: number
}

/** Tenants, and what each of them reads. */
export interface TenantEventData {
  readonly 'dev.trimtab.tenant.state_changed': TenantStateChanged
  readonly 'dev.trimtab.tenant.step_failed': TenantStepFailed
  readonly 'dev.trimtab.tenant.credentials_rotated': TenantCredentialsRotated
  readonly 'dev.trimtab.tenant.drained': TenantDrained
  readonly 'dev.trimtab.tenant.committed': TenantCommitted
  readonly 'dev.trimtab.tenant.completed': TenantCompleted
  readonly 'dev.trimtab.tenant.held': TenantHeld
  readonly 'dev.trimtab.tenant.recovered': TenantRecovered
  readonly 'dev.trimtab.tenant.listing': TenantListing
}

const tenant = text('The tenant')
const problemCount = count('How many problems there are')
const failure = fields<EventTenantFailure>(
  {
    module: text('The module'),
    error: text('What it said, without secrets'),
    timedOut: flag('Whether it was given up at its deadline'),
  },
  {},
)
const tenantModule = fields<EventTenantModule>(
  {
    module: text('The module'),
    status: oneOf(['applied', 'undone', 'not_reached', 'failed'], 'What became of it'),
    step: text('The step that failed'),
    error: text('What it said, without secrets'),
    duration: milliseconds('Milliseconds'),
  },
  { step: true, error: true },
)

export const tenantEvents: EventTable<TenantEventData> = {
  'dev.trimtab.tenant.state_changed': {
    title: 'A tenant has come, gone, or been suspended',
    when: 'When what is known of it here moves.',
    data: fields<TenantStateChanged>(
      { tenant, state: oneOf(states, 'What it is now'), previous: oneOf(states, 'What it was') },
      {},
    ),
  },
  'dev.trimtab.tenant.step_failed': {
    title: 'What was asked for a tenant could not be done',
    when: 'At the first try that fails, and when it fails for another reason. It is tried again by itself.',
    data: fields<TenantStepFailed>(
      {
        tenant,
        step: oneOf(steps, 'What was asked for'),
        code: text('The code of the error'),
        error: text('What it said, without secrets'),
      },
      {},
    ),
  },
  'dev.trimtab.tenant.credentials_rotated': {
    title: 'A tenant is read with other credentials',
    when: 'When what there is for it has been read anew after `rotateCredentials()`.',
    data: fields<TenantCredentialsRotated>({ tenant, duration: milliseconds('Milliseconds it took') }, {}),
  },
  'dev.trimtab.tenant.drained': {
    title: 'Nothing more is done for tenants',
    when: 'After `tenants.drain()`, whether or not all work for them has ended.',
    data: fields<TenantDrained>(
      {
        unfinished: texts('The tenants whose work has not ended; the first 100'),
        unfinishedCount: count('How many they are'),
      },
      {},
    ),
  },
  'dev.trimtab.tenant.committed': {
    title: 'A tenant reads other values',
    when: 'When its own part has changed what it reads. Not for changes to what all tenants share.',
    data: fields<TenantCommitted>({ tenant, changes: changesSchema, changeCount: changeCountSchema }, {}),
  },
  'dev.trimtab.tenant.completed': {
    title: 'A tenant’s reload has ended',
    when: 'Once for each of them that had something to do.',
    data: fields<TenantCompleted>(
      {
        tenant,
        status: oneOf(statuses, 'How it ended; only `applied` has changed what it reads'),
        triggers: list({ type: 'string', enum: triggers }, 'What asked for it'),
        repeated: flag('True where it failed for the very same reasons as the one before it'),
        modules: list(tenantModule, 'The modules that were asked, in apply order; the first 100'),
        problems: problemsSchema,
        problemCount,
        cause: describedAs(failure, 'The module that could not take it'),
        stuck: list(failure, 'The modules that could not take it back'),
        startedAt: moment('When it began'),
        endedAt: moment('When it ended'),
        duration: milliseconds('Milliseconds'),
      },
      { cause: true, stuck: true },
    ),
  },
  'dev.trimtab.tenant.held': {
    title: 'A tenant does not read what is configured for it',
    when: 'When its part can’t be used, and whenever the reasons move. No other tenant is touched.',
    data: fields<TenantHeld>(
      {
        tenant,
        hasGood: flag('Whether it goes on with its last good configuration; without one, reading it throws'),
        problems: problemsSchema,
        problemCount,
      },
      {},
    ),
  },
  'dev.trimtab.tenant.recovered': {
    title: 'A tenant reads what is configured for it again',
    when: 'When what held it is over.',
    data: fields<TenantRecovered>({ tenant }, {}),
  },
  'dev.trimtab.tenant.listing': {
    title: 'The list of tenants is out of order, or in order again',
    when: 'When it can’t be read, or has names that can’t be tenants; and when that is over, with no problems.',
    data: fields<TenantListing>({ problems: problemsSchema, problemCount }, {}),
  },
}
