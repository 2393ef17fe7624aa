import { expect, onTestFinished } from 'vitest'
import { postgresListener, type PostgresStore, postgresStore } from '../../../packages/trimtab/src/postgres/index.ts'
import type { Json } from '../../../packages/trimtab/src/primitives/json.ts'
import { systemRandom } from '../../../packages/trimtab/src/primitives/random.ts'
import { systemClock } from '../../../packages/trimtab/src/primitives/time/clock.ts'
import type { ConfigStore } from '../../../packages/trimtab/src/store/config-store.ts'
import type { EnvironmentDocument } from '../../../packages/trimtab/src/store/document.ts'
import type { EnvironmentFeed } from '../../../packages/trimtab/src/store/feed/environment-feed.ts'
import type { FeedEvent } from '../../../packages/trimtab/src/store/feed/feed-event.ts'
import { followEnvironment } from '../../../packages/trimtab/src/store/feed/follow-environment.ts'
import { environment } from '../../postgres/reader.ts'

/** A store with its usual times, closed with the test; it may listen by another way than it asks. */
export function openUsual(url: string, listenAt?: string): PostgresStore {
  const listener = listenAt === undefined ? undefined : postgresListener({ connectionString: listenAt })
  const store = postgresStore({ connectionString: url, listener })
  onTestFinished(async () => {
    await store.close()
    await listener?.close()
  })
  return store
}

/** A reader of the environment, and everything that it has told. */
export interface Followed {
  readonly feed: EnvironmentFeed
  readonly events: readonly FeedEvent[]
  readonly revision: number | undefined
  readonly value: Json | undefined
  /** The revisions it has had, in their order. */
  readonly revisions: readonly number[]
  /** How often it has said that the store has another history than it had. */
  readonly rewound: number
}

/** It is closed with the test. */
export function followed(store: ConfigStore, from?: EnvironmentDocument): Followed {
  const feed = followEnvironment({ store, environment, clock: systemClock, random: systemRandom, from })
  onTestFinished(() => feed.close())
  const events: FeedEvent[] = []
  feed.events.on((event) => void events.push(event))
  return {
    feed,
    events,
    get revision() {
      return feed.document?.cursor.revision
    },
    get value() {
      return feed.document?.tree['value']
    },
    get revisions() {
      return events.flatMap((event) =>
        event.kind === 'advanced' || event.kind === 'adopted' ? [event.next.cursor.revision] : [],
      )
    },
    get rewound() {
      return events.filter((event) => event.kind === 'adopted' && event.because === 'rewound').length
    },
  }
}

/**
 * Waits for something that can be seen, and fails if it took longer than `limit` milliseconds of those in which the machine
 * let this process do something. Gives how long it took.
 */
export async function within(limit: number, condition: () => boolean): Promise<number> {
  const startedAt = performance.now()
  let [at, noise] = [startedAt, 0]
  while (!condition() && at - startedAt < 2 * limit + noise) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const now = performance.now()
    noise += Math.max(0, now - at - 15)
    at = now
  }
  const took = at - startedAt
  expect(condition() ? took : Infinity, `the machine was away for ${noise.toFixed(0)} ms of it`).toBeLessThan(
    limit + noise,
  )
  return took
}
