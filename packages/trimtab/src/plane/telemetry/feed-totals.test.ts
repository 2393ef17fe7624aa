import { expect, test } from 'vitest'
import type { EnvironmentFeed } from '../../store/feed/environment-feed.ts'
import { createFeedTotals } from './feed-totals.ts'
import type { FollowedFeed } from './followed-feeds.ts'

function feed(environment: string) {
  const counts = { wakeups: 0, readings: 0, failures: 0 }
  const followed: FollowedFeed = {
    environment,
    tenant: undefined,
    // Nothing else of it is looked at.
    feed: {
      get counts() {
        return { ...counts }
      },
    } as EnvironmentFeed,
    listener: undefined,
    isAsleep: false,
  }
  return { counts, followed }
}

test('what a feed has counted stays counted when it is gone, by environment', () => {
  const sumUp = createFeedTotals()
  const [one, two, other] = [feed('shop/a'), feed('shop/a'), feed('shop/b')]
  for (const { counts } of [one, two, other]) counts.wakeups = 3
  two.counts.failures = 1
  expect(Object.fromEntries(sumUp([one.followed, two.followed, other.followed]))).toEqual({
    'shop/a': { wakeups: 6, failures: 1 },
    'shop/b': { wakeups: 3, failures: 0 },
  })
  one.counts.wakeups = 4
  expect(sumUp([one.followed]).get('shop/a')).toEqual({ wakeups: 7, failures: 1 })
  expect(sumUp([]).get('shop/a')).toEqual({ wakeups: 7, failures: 1 })
})
