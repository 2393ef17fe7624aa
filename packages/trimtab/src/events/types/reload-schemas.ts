import {
  count,
  type DataSchema,
  describedAs,
  fields,
  flag,
  list,
  milliseconds,
  moment,
  oneOf,
  text,
  texts,
} from '../data-schema.ts'
import {
  type EventCause,
  type EventChange,
  type EventModule,
  type EventPendingRestart,
  type EventProblem,
  type EventStuckModule,
  eventTriggers,
} from './reload-data.ts'

export const triggersSchema: DataSchema = list(
  { type: 'string', enum: eventTriggers },
  'What asked for it, the first first',
)

const change = fields<EventChange>(
  {
    kind: oneOf(['added', 'modified', 'removed'], 'What differs'),
    path: text('The place'),
    line: text('As it is shown to people, redacted'),
  },
  {},
)
export const changesSchema: DataSchema = list(change, 'What differs from the snapshot before; the first 100')

export const causeSchema: DataSchema = describedAs(
  fields<EventCause>(
    {
      kind: oneOf(['step_failed', 'cancelled', 'unhealthy'], 'Why it was undone'),
      module: text('The module that failed'),
      step: text('Its step'),
      error: text('What it said, without secrets'),
      timedOut: flag('Whether it was given up at its deadline'),
      reasons: texts('What health said'),
    },
    { module: true, step: true, error: true, timedOut: true, reasons: true },
  ),
  'Why it was undone',
)

export const moduleSchema: DataSchema = fields<EventModule>(
  {
    module: text('The module, or `module/key`'),
    status: oneOf(['applied', 'skipped', 'failed', 'undone'], 'What became of it'),
    action: oneOf(['reloaded', 'replaced', 'started', 'stopped'], 'What was done, or would have been'),
    reason: text('Why it was left out'),
    step: text('The step that failed'),
    error: text('What it said, without secrets'),
    gap: milliseconds('Milliseconds without a resource, where two can’t live side by side'),
    duration: milliseconds('Milliseconds'),
  },
  { action: true, reason: true, step: true, error: true, gap: true },
)

const problem = fields<EventProblem>(
  {
    code: text('[What kind of problem](problems.md)'),
    severity: oneOf(['error', 'warning'], 'Whether it stops the configuration from being used'),
    message: text('What is wrong, never with a value'),
    path: text('The place in the configuration'),
    source: text('The source, `file:config.yaml`'),
    place: text('The place in the source, `config.yaml:3:8`'),
    module: text('The module that refused'),
    hint: text('What to do'),
    text: text('All of it in one line'),
  },
  { path: true, source: true, place: true, module: true, hint: true },
)
export const problemsSchema: DataSchema = list(problem, 'Errors of a refusal, warnings of anything; the first 100')

export const pendingSchema: DataSchema = list(
  fields<EventPendingRestart>(
    {
      path: text('The field'),
      running: text('What runs, redacted'),
      configured: text('What is configured, redacted'),
      module: text('The module that can’t be changed while it runs'),
    },
    { module: true },
  ),
  'What waits for a restart; the first 100',
)

export const stuckSchema: DataSchema = list(
  fields<EventStuckModule>(
    {
      module: text('The module'),
      error: text('Why it could not be undone'),
      since: moment('Since when'),
    },
    {},
  ),
  'The modules in neither state',
)

export const changeCountSchema: DataSchema = count('How many changes there are')
