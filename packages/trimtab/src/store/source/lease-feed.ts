import { createSharing, type Lease, type Sharing } from '../../primitives/sharing.ts'
import type { Random } from '../../primitives/random.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { ConfigStore } from '../config-store.ts'
import type { EnvironmentFeed } from '../feed/environment-feed.ts'
import { followEnvironment } from '../feed/follow-environment.ts'
import type { EnvironmentName } from '../scope.ts'

export interface FeedHost {
  readonly clock: Clock
  readonly random: Random
  readonly sharing?: Sharing | undefined
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

/** The one feed that everything in a plane which follows this environment of this store lives off. */
export function leaseFeed(host: FeedHost, store: ConfigStore, environment: EnvironmentName): Lease<EnvironmentFeed> {
  const { sharing = createSharing(), clock, random, onListenerError } = host
  return sharing.lease(store, environment, () =>
    followEnvironment({ store, environment, clock, random, onListenerError }),
  )
}
