import { seconds } from './buckets.ts'
import type { Instrument } from './instrument.ts'

/** What is measured of sources, of stores that are followed, and of what is published to them. */
export const storeInstruments = {
  'trimtab.source.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Time since a source was last read. It grows while nothing happens, which is no fault',
    attributes: ['trimtab.source'],
  },
  'trimtab.source.stale': {
    kind: 'gauge',
    unit: '{source}',
    description: '1 where a source can’t be read and its last content stays in use, 0 where it can',
    attributes: ['trimtab.source'],
  },
  'trimtab.feed.age': {
    kind: 'gauge',
    unit: 's',
    description:
      'Time since a store was last known to have nothing newer: a few seconds, while it can be read. Where tenants have stores of their own, the oldest of those that are read',
    attributes: ['trimtab.environment'],
  },
  'trimtab.feed.push': {
    kind: 'gauge',
    unit: '{feed}',
    description:
      '1 where a store tells of what is published, 0 where it is asked in intervals. Where tenants have stores of their own, 0 for one that is read and asked',
    attributes: ['trimtab.environment'],
  },
  'trimtab.feed.wakeups': {
    kind: 'observed_counter',
    unit: '{wakeup}',
    description: 'How often a store has said that there may be something new',
    attributes: ['trimtab.environment'],
  },
  'trimtab.feed.failures': {
    kind: 'observed_counter',
    unit: '{attempt}',
    description: 'Attempts to read a store that failed',
    attributes: ['trimtab.environment'],
  },
  'trimtab.feed.rewinds': {
    kind: 'counter',
    unit: '{rewind}',
    description:
      'How often a store had another history than it had before: it was restored, or lost what it had confirmed',
    attributes: ['trimtab.environment'],
  },
  'trimtab.feed.notifications': {
    kind: 'observed_counter',
    unit: '{notification}',
    description:
      'What the stores have sent to say that there is something new, by what it was worth. `missed` was not sent, or did not arrive',
    attributes: ['trimtab.notification.kind'],
  },
  'trimtab.feed.disconnects': {
    kind: 'observed_counter',
    unit: '{disconnect}',
    description:
      'How often a connection was lost on which stores say that there is something new, or could not be made',
    attributes: ['trimtab.disconnect.reason'],
  },
  'trimtab.publishes': {
    kind: 'counter',
    unit: '{publish}',
    description:
      'Publishes and rollbacks by this process that have ended, by how. Without an environment where none was named',
    attributes: ['trimtab.environment', 'trimtab.publish.outcome'],
  },
  'trimtab.publish.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long a publish took until the store had answered',
    attributes: ['trimtab.publish.outcome'],
    buckets: seconds,
  },
} as const satisfies Readonly<Record<string, Instrument>>
