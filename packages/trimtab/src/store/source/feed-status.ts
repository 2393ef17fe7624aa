import type { ReaderStatus } from '../../sources/source.ts'
import type { EnvironmentFeed } from '../feed/environment-feed.ts'

/** How a feed is, as a source says it of itself. */
export function readerStatusOf(feed: EnvironmentFeed): ReaderStatus {
  const { health, document, age } = feed
  return {
    ...followsOf(feed),
    cursor: document?.cursor,
    readAt: health.readAt,
    age,
    staleSince: health.kind === 'stale' ? health.since : undefined,
    lastError: health.kind === 'current' ? undefined : health.error?.message,
  }
}

function followsOf({ status }: EnvironmentFeed): Pick<ReaderStatus, 'follows' | 'followsBecause'> {
  switch (status.kind) {
    case 'push':
      return { follows: 'push', followsBecause: undefined }
    case 'poll':
      return { follows: 'poll', followsBecause: status.reason }
    case 'connecting':
      return { follows: 'poll', followsBecause: status.error ?? 'the connection that tells of changes is being made' }
    default:
      return status satisfies never
  }
}
