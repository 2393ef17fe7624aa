import type { Emitter } from '../../primitives/emitter.ts'
import type { Random } from '../../primitives/random.ts'
import type { Backoff } from '../../primitives/time/backoff.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { ConfigStore, FeedStatus } from '../config-store.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { FeedEvent, FeedHealth } from './feed-event.ts'
import type { FeedCounts } from './feed-record.ts'

/** What a feed asks of a store. */
export type FollowedStore = Pick<ConfigStore, 'readEnvironment' | 'since' | 'wakeups' | 'feedStatus'>

/** How often it is read, in milliseconds. */
export interface FeedPace {
  /** From one reading to the next, whatever the store has told. */
  readonly interval: number
  readonly backoff: Backoff
}

export interface FeedParts {
  readonly store: FollowedStore
  readonly environment: string
  readonly clock: Clock
  readonly random: Random
  /** What an earlier process read last, if that is known: only what came after it is read. */
  readonly from?: EnvironmentDocument | undefined
  readonly onListenerError?: ((error: unknown) => void) | undefined
  /** Asked after each reading. Default: `feedTimings`. */
  readonly pace?: (() => FeedPace) | undefined
}

/** One environment, followed. */
export interface EnvironmentFeed {
  /** The newest that has been read; undefined before the first reading. It never goes back within one history. */
  readonly document: EnvironmentDocument | undefined
  readonly health: FeedHealth
  /** How the store tells of new revisions. */
  readonly status: FeedStatus
  readonly events: Emitter<FeedEvent>
  /** What has happened since it began. */
  readonly counts: FeedCounts
  /** Milliseconds since a reading was last completed; undefined before the first. */
  readonly age: number | undefined
  /**
   * Resolves when a reading that began after this call has been completed. Rejects with `store_unavailable` when the next
   * attempt fails, or with the signal's reason.
   */
  refresh(signal?: AbortSignal): Promise<EnvironmentDocument>
  /**
   * Resolves with the newest that has been read, at once where something has; rejects with `store_unavailable` when the
   * attempt under way, or else the next one, fails.
   */
  ready(signal?: AbortSignal): Promise<EnvironmentDocument>
  /** Ends it. Idempotent; nothing is told afterwards. */
  close(): Promise<void>
}
