import { count, fields, flag, list, milliseconds, moment, oneOf, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'
import { eventStatuses, type ReloadCommitted, type ReloadCompleted, type ReloadStarted } from './reload-data.ts'
import {
  causeSchema,
  changeCountSchema,
  changesSchema,
  moduleSchema,
  pendingSchema,
  problemsSchema,
  stuckSchema,
  triggersSchema,
} from './reload-schemas.ts'

/** The life of one reload. */
export interface ReloadEventData {
  readonly 'dev.trimtab.reload.started': ReloadStarted
  readonly 'dev.trimtab.reload.committed': ReloadCommitted
  readonly 'dev.trimtab.reload.completed': ReloadCompleted
}

export const reloadEvents: EventTable<ReloadEventData> = {
  'dev.trimtab.reload.started': {
    title: 'A reload has begun',
    when: 'There is something to do, and modules are about to be asked. Not for a reload that changes nothing or can’t be loaded.',
    data: fields<ReloadStarted>({ triggers: triggersSchema }, {}),
  },
  'dev.trimtab.reload.committed': {
    title: 'Readers hold another snapshot',
    when: 'In the moment of the commit, before the bake; also when a bake that failed brings the stable configuration back.',
    data: fields<ReloadCommitted>(
      {
        previousGeneration: count('The generation before; 0 at boot'),
        undone: flag('True where an earlier configuration came back'),
        digest: text('Identifies the content, within this process or its state folder'),
        changes: changesSchema,
        changeCount: changeCountSchema,
      },
      {},
    ),
  },
  'dev.trimtab.reload.completed': {
    title: 'A reload has ended',
    when: 'Once for each reload, when its commit is stable or undone, or when it ended before a commit. Not for dry runs, nor for a wake-up that brought nothing new.',
    data: fields<ReloadCompleted>(
      {
        status: oneOf(eventStatuses, 'How it ended'),
        triggers: triggersSchema,
        generation: count('What it led to: the generation of its commit, or the one that stayed'),
        repeated: flag('True where it failed for the very same reasons as the one before it'),
        digest: text('Identifies the content; absent where none could be read'),
        changes: changesSchema,
        changeCount: changeCountSchema,
        modules: list(moduleSchema, 'The modules that had something to do, in apply order; the first 100'),
        moduleCount: count('How many modules had something to do'),
        problems: problemsSchema,
        problemCount: count('How many problems there are'),
        pendingRestart: pendingSchema,
        cause: causeSchema,
        outstanding: texts('Under `bestEffort`: the modules that still run on an older section'),
        stuck: stuckSchema,
        bakeSkipped: flag('True where the commit was taken as stable without a bake that there would have been'),
        supersededBy: text('The later reload that was committed on top while this one was baking'),
        retryIn: milliseconds('Held back by the breaker: milliseconds until the next trial'),
        failures: count('Held back by the breaker: how often this content has failed'),
        startedAt: moment('When it began'),
        endedAt: moment('When it ended'),
        duration: milliseconds('Milliseconds of the attempt itself, without the bake'),
      },
      {
        digest: true,
        cause: true,
        outstanding: true,
        stuck: true,
        bakeSkipped: true,
        supersededBy: true,
        retryIn: true,
        failures: true,
      },
    ),
  },
}
