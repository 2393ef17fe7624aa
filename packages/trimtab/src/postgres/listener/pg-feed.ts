import type { FeedStatus } from '../../store/config-store.ts'
import type { EnvironmentName } from '../../store/scope.ts'

/** How the readers of one store are told of its revisions. */
export interface PgFeed {
  /** See `ConfigStore.wakeups`. */
  wakeups(environment: EnvironmentName, signal: AbortSignal): AsyncIterable<void>
  status(): FeedStatus
}
