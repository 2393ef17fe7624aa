import type { EnvironmentFeed } from '../../store/feed/environment-feed.ts'
import type { StoreListener } from '../../store/feed/listener-counts.ts'
import type { OpenTenants } from '../tenants/open-tenants.ts'
import type { PlaneStore } from '../store/plane-stores.ts'

/** A feed that a plane lives off: of an environment for all, or of one tenant's own store. */
export interface FollowedFeed {
  readonly environment: string
  /** Whose it is, where tenants have stores of their own. */
  readonly tenant: string | undefined
  readonly feed: EnvironmentFeed
  readonly listener: StoreListener | undefined
  /** Looked at less often, because nobody reads it. */
  readonly isAsleep: boolean
}

/** All feeds that a plane has open now. */
export function followedFeeds(
  stores: readonly PlaneStore[],
  ownHomes: OpenTenants['ownHomes'] | undefined,
): readonly FollowedFeed[] {
  const shared = stores.map(({ environment, feed, store: { listener } }): FollowedFeed => {
    return { environment, tenant: undefined, feed, listener, isAsleep: false }
  })
  if (ownHomes === undefined) return shared
  const { environment } = ownHomes
  return [...shared, ...ownHomes.followed().map((home) => ({ ...home, environment }))]
}
