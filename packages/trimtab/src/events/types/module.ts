import type { Json } from '../../primitives/json.ts'
import { anything, fields, type NoData, nothing, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'
import type { EventModule, EventStuckModule } from './reload-data.ts'
import { moduleSchema, stuckSchema } from './reload-schemas.ts'

/** Modules that are in neither state; the list as it is now. */
interface ModuleStuck {
  readonly stuck: readonly EventStuckModule[]
}

/** A replaced resource has ended. */
interface ModuleRetired {
  readonly module: string
  /** Who still used it when it was stopped. */
  readonly cutOff: readonly string[]
  readonly error?: string | undefined
}

/** What a module emitted itself. */
interface ModuleEmitted {
  readonly module: string
  readonly name: string
  /** Bounded, and without the secrets that are known. */
  readonly data?: Json | undefined
}

/** What happens to modules. */
export interface ModuleEventData {
  readonly 'dev.trimtab.module.applied': EventModule
  readonly 'dev.trimtab.module.failed': EventModule
  readonly 'dev.trimtab.module.undone': EventModule
  readonly 'dev.trimtab.module.retired': ModuleRetired
  readonly 'dev.trimtab.module.stuck': ModuleStuck
  readonly 'dev.trimtab.module.cleared': NoData
  readonly 'dev.trimtab.module.emitted': ModuleEmitted
}

export const moduleEvents: EventTable<ModuleEventData> = {
  'dev.trimtab.module.applied': {
    title: 'A module has taken a change',
    when: 'For each module that was reloaded, replaced, started or stopped, in apply order, just before the commit is told.',
    data: moduleSchema,
  },
  'dev.trimtab.module.failed': {
    title: 'A module has failed',
    when: 'When its check refused, its step failed, or its undo did; when the steps of the reload are over.',
    data: moduleSchema,
  },
  'dev.trimtab.module.undone': {
    title: 'A module has been taken back',
    when: 'When another module failed and its own change was undone; when the steps of the reload are over.',
    data: moduleSchema,
  },
  'dev.trimtab.module.retired': {
    title: 'A replaced resource has ended',
    when: 'When it was stopped: cleanly, or with users it was taken from, or with an error.',
    data: fields<ModuleRetired>(
      {
        module: text('The module'),
        cutOff: texts('Who still used it when it was stopped'),
        error: text('What its stop said, without secrets'),
      },
      { error: true },
    ),
  },
  'dev.trimtab.module.stuck': {
    title: 'A module is stuck',
    when: 'When a change failed and could not be undone, and whenever the list of such modules moves.',
    data: fields<ModuleStuck>({ stuck: stuckSchema }, {}),
  },
  'dev.trimtab.module.cleared': {
    title: 'No module is stuck any more',
    when: 'When the last one was replaced successfully, or taken for sound by `clearStuck()`.',
    data: nothing,
  },
  'dev.trimtab.module.emitted': {
    title: 'A module tells something of its own',
    when: 'When one of its hooks calls `emit(name, data)`.',
    data: fields<ModuleEmitted>(
      {
        module: text('The module'),
        name: text('What it calls it'),
        data: anything('What it gave: bounded, and without the secrets that are known'),
      },
      { data: true },
    ),
  },
}
