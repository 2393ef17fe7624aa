import type { AttributeName } from './attributes.ts'
import { seconds } from './buckets.ts'
import type { Instrument } from './instrument.ts'
import { storeInstruments } from './store-instruments.ts'
import { tenantInstruments } from './tenant-instruments.ts'

const bakeSeconds = [1, 2.5, 5, 7.5, 10, 15, 20, 30, 60, 120, 300] as const

/**
 * Everything that is measured. What is new is a row here and a line that records it, in `plane/telemetry`; the page of the
 * reference and the test that every instrument gives something follow from this table.
 */
export const instruments = {
  'trimtab.reloads': {
    kind: 'counter',
    unit: '{reload}',
    description: 'Reloads that have ended, by how and by what asked for them. Dry runs do not count',
    attributes: ['trimtab.reload.status', 'trimtab.reload.trigger'],
  },
  'trimtab.reload.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long a reload took from its first reading to its commit or its end, without the bake',
    attributes: ['trimtab.reload.status'],
    buckets: seconds,
  },
  'trimtab.reload.last': {
    kind: 'gauge',
    unit: '{reload}',
    description: '1 for how the last reload ended, 0 for every other way it could have',
    attributes: ['trimtab.reload.status'],
  },
  'trimtab.reload.last_success.time': {
    kind: 'gauge',
    unit: 's',
    description: 'When what is configured was last seen to be what runs, in seconds since 1970',
    attributes: [],
  },
  'trimtab.generation': {
    kind: 'gauge',
    unit: '{generation}',
    description: 'The generation of the snapshot in force',
    attributes: [],
  },
  'trimtab.restart.pending': {
    kind: 'gauge',
    unit: '{field}',
    description: 'Fields that are configured and wait for a restart',
    attributes: [],
  },
  'trimtab.breaker.state': {
    kind: 'gauge',
    unit: '{breaker}',
    description: '1 for the state the breaker is in, 0 for the others',
    attributes: ['trimtab.breaker.state'],
  },
  'trimtab.breaker.failures': {
    kind: 'gauge',
    unit: '{failure}',
    description: 'How often in a row the content has failed that is held back; 0 where none is',
    attributes: [],
  },
  'trimtab.bake.active': {
    kind: 'gauge',
    unit: '{bake}',
    description: '1 while the newest snapshot waits for its verdict',
    attributes: [],
  },
  'trimtab.bake.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long a commit was judged, by the verdict',
    attributes: ['trimtab.bake.result'],
    buckets: bakeSeconds,
  },
  'trimtab.module.stuck': {
    kind: 'gauge',
    unit: '{module}',
    description: 'Modules whose change failed and could not be undone',
    attributes: [],
  },
  'trimtab.content.set_aside': {
    kind: 'counter',
    unit: '{content}',
    description: 'Contents that were set aside, because health undid them or they crashed the process',
    attributes: [],
  },
  'trimtab.running': {
    kind: 'gauge',
    unit: '{plane}',
    description:
      '1 for what the process runs on: what is configured, the last known good, or the fallback; 0 for the others',
    attributes: ['trimtab.boot.from'],
  },
  'trimtab.health.status': {
    kind: 'gauge',
    unit: '{severity}',
    description: 'What is answered to each question: 0 healthy, 1 degraded, 2 unhealthy',
    attributes: ['trimtab.health.question'],
  },
  'trimtab.check.status': {
    kind: 'gauge',
    unit: '{severity}',
    description: 'What a health check counts as, its worst component: 0 healthy, 1 degraded, 2 unhealthy, 3 unknown',
    attributes: ['trimtab.check'],
  },
  'trimtab.check.transitions': {
    kind: 'counter',
    unit: '{transition}',
    description: 'How often the effective status of a health check moved, by what it moved to',
    attributes: ['trimtab.check', 'trimtab.health.status'],
  },
  'trimtab.check.abandoned': {
    kind: 'counter',
    unit: '{run}',
    description: 'Runs of a health check that were given up at their deadline',
    attributes: ['trimtab.check'],
  },
  'trimtab.remedies': {
    kind: 'counter',
    unit: '{remedy}',
    description: 'Remedies that were applied, withdrawn, or could not be',
    attributes: ['trimtab.check', 'trimtab.remedy.step'],
  },
  ...tenantInstruments,
  'trimtab.overrides': {
    kind: 'gauge',
    unit: '{override}',
    description: 'Overrides in force',
    attributes: [],
  },
  ...storeInstruments,
  'trimtab.events.delivered': {
    kind: 'observed_counter',
    unit: '{event}',
    description: 'Events that a sink has taken',
    attributes: ['trimtab.sink'],
  },
  'trimtab.events.lost': {
    kind: 'observed_counter',
    unit: '{event}',
    description: 'Events that a sink has lost: refused, too slow, or no room to wait',
    attributes: ['trimtab.sink'],
  },
  'trimtab.events.waiting': {
    kind: 'gauge',
    unit: '{event}',
    description: 'Events that wait for a sink',
    attributes: ['trimtab.sink'],
  },
} as const satisfies Readonly<Record<string, Instrument>>

type Table = typeof instruments
type OfKind<Kind extends Instrument['kind']> = {
  [Name in keyof Table]: Table[Name]['kind'] extends Kind ? Name : never
}[keyof Table]

export type InstrumentName = keyof Table
/** Measured when something happens. */
export type RecordedName = OfKind<'counter' | 'histogram'>
/** Asked for when somebody collects. */
export type ObservedName = OfKind<'gauge' | 'observed_counter'>

/** Exactly the attributes of the row; undefined where there is none to say. */
export type AttributesOf<Name extends InstrumentName> = Readonly<
  Record<Extract<Table[Name]['attributes'][number], AttributeName>, string | undefined>
>
