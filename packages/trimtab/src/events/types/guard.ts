import { count, fields, flag, oneOf, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'

const violationKinds = ['missing_context', 'invalid_context', 'cross_tenant', 'mismatch'] as const
const modes = ['strict', 'lenient', 'disabled'] as const

/** Work that was not its tenant's: the newest of its kind. */
interface GuardViolated {
  readonly kind: (typeof violationKinds)[number]
  /** The tenant of the context. */
  readonly tenant?: string | undefined
  /** Who owns what was touched; for a mismatch who the work was begun by. */
  readonly owner?: string | undefined
  readonly resource: string
  readonly operation: string
  /** False where it was recorded and allowed. */
  readonly refused: boolean
  /** For how many since the last event of this kind of violation it stands. */
  readonly count: number
}

/** Who changed it, and why. */
interface GuardModeChanged {
  readonly mode: (typeof modes)[number]
  readonly previous: (typeof modes)[number]
  readonly actor: string
  readonly reason: string
}

/** Who changed it, and why. */
interface GuardAllowChanged {
  readonly allow: readonly string[]
  readonly previous: readonly string[]
  readonly actor: string
  readonly reason: string
}

/** What keeps tenants apart. */
export interface GuardEventData {
  readonly 'dev.trimtab.guard.violated': GuardViolated
  readonly 'dev.trimtab.guard.mode_changed': GuardModeChanged
  readonly 'dev.trimtab.guard.allow_changed': GuardAllowChanged
}

const actor = text('Who changed it')
const reason = text('Why')

export const guardEvents: EventTable<GuardEventData> = {
  'dev.trimtab.guard.violated': {
    title: 'Work for one tenant touched what is not its own',
    when: 'At most ten times a second for each kind of violation; `count` says for how many it stands.',
    data: fields<GuardViolated>(
      {
        kind: oneOf(violationKinds, 'In which way'),
        tenant: text('The tenant of the context; absent where there was none'),
        owner: text('Who owns what was touched; for a mismatch who the work was begun by'),
        resource: text('What was touched'),
        operation: text('What was done with it'),
        refused: flag('False where it was recorded and allowed'),
        count: count('For how many violations since the last event of this kind it stands'),
      },
      { tenant: true, owner: true },
    ),
  },
  'dev.trimtab.guard.mode_changed': {
    title: 'The guard does something else with violations',
    when: 'When the mode is changed at run time.',
    data: fields<GuardModeChanged>(
      { mode: oneOf(modes, 'The mode now'), previous: oneOf(modes, 'The mode before'), actor, reason },
      {},
    ),
  },
  'dev.trimtab.guard.allow_changed': {
    title: 'The allow-list of the guard has changed',
    when: 'When it is replaced at run time.',
    data: fields<GuardAllowChanged>(
      { allow: texts('The list now'), previous: texts('The list before'), actor, reason },
      {},
    ),
  },
}
