import type { FeedCounts } from '../../store/feed/feed-record.ts'
import type { FollowedFeed } from './followed-feeds.ts'

/** What has happened to all feeds of an environment together. */
export type FeedTotals = Pick<FeedCounts, 'wakeups' | 'failures'>

/** Sums up by environment. What a feed has counted stays in the sum when it is gone: a counter never goes back. */
export function createFeedTotals(): (feeds: readonly FollowedFeed[]) => ReadonlyMap<string, FeedTotals> {
  const known = new WeakMap<FollowedFeed['feed'], FeedCounts>()
  const totals = new Map<string, FeedTotals>()
  return (feeds) => {
    for (const { environment, feed } of feeds) {
      const { counts } = feed
      const before = known.get(feed)
      known.set(feed, counts)
      const { wakeups, failures } = totals.get(environment) ?? { wakeups: 0, failures: 0 }
      totals.set(environment, {
        wakeups: wakeups + counts.wakeups - (before?.wakeups ?? 0),
        failures: failures + counts.failures - (before?.failures ?? 0),
      })
    }
    return totals
  }
}
