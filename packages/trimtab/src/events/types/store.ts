import { count, fields, milliseconds, text, texts } from '../data-schema.ts'
import type { EventTable } from '../event-kind.ts'

/** A store can't be read. */
interface FeedLost {
  readonly environment: string
  readonly tenant?: string | undefined
  readonly attempts: number
  readonly code: string
  readonly error: string
}

/** A store is read again. */
interface FeedRestored {
  readonly environment: string
  readonly tenant?: string | undefined
  readonly revision: number
  readonly hash: string
  /** Milliseconds. */
  readonly lostFor: number
}

/** A store has another history than it had. */
interface FeedRewound {
  readonly environment: string
  readonly tenant?: string | undefined
  readonly revision: number
  readonly hash: string
  readonly previousRevision: number
  readonly previousHash: string
}

/** Something was published here. No values. */
interface StorePublished {
  readonly environment: string
  readonly revision: number
  readonly hash: string
  readonly author: string
  readonly message: string
  /** The first 100. */
  readonly paths: readonly string[]
  /** The first 100. */
  readonly tenants: readonly string[]
  readonly changeCount: number
}

/** Stores that a plane reads from and publishes to. */
export interface StoreEventData {
  readonly 'dev.trimtab.feed.lost': FeedLost
  readonly 'dev.trimtab.feed.restored': FeedRestored
  readonly 'dev.trimtab.feed.rewound': FeedRewound
  readonly 'dev.trimtab.store.published': StorePublished
}

const environment = text('The environment')
const tenant = text('Whose store it is, where tenants have stores of their own')
const revision = count('The newest revision that has been read')
const hash = text('Its hash')

export const storeEvents: EventTable<StoreEventData> = {
  'dev.trimtab.feed.lost': {
    title: 'A store can’t be read',
    when: 'After three failed attempts in a row. What was read last stays in use.',
    data: fields<FeedLost>(
      {
        environment,
        tenant,
        attempts: count('How many attempts have failed'),
        code: text('The code of the last error'),
        error: text('What it said, without secrets'),
      },
      { tenant: true },
    ),
  },
  'dev.trimtab.feed.restored': {
    title: 'A store is read again',
    when: 'At the first reading that is completed.',
    data: fields<FeedRestored>(
      { environment, tenant, revision, hash, lostFor: milliseconds('Milliseconds it was lost') },
      { tenant: true },
    ),
  },
  'dev.trimtab.feed.rewound': {
    title: 'A store has another history',
    when: 'When it was restored to an older point, or lost what it had confirmed. What it has now is in use.',
    data: fields<FeedRewound>(
      {
        environment,
        tenant,
        revision,
        hash,
        previousRevision: count('The revision that had been read before'),
        previousHash: text('Its hash'),
      },
      { tenant: true },
    ),
  },
  'dev.trimtab.store.published': {
    title: 'Something was published here',
    when: 'When the store has confirmed what this process gave it: by `plane.publish()`, `tenants.seed()`, or the store itself.',
    data: fields<StorePublished>(
      {
        environment,
        revision: count('The revision it made'),
        hash,
        author: text('Who published'),
        message: text('Why'),
        paths: texts('The places it changed; the first 100'),
        tenants: texts('The tenants whose own values or states it changed; the first 100'),
        changeCount: count('How many changes there are'),
      },
      {},
    ),
  },
}
