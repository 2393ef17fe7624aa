import type { Observing } from '../../telemetry/metrics.ts'
import type { OpenTenants } from '../tenants/open-tenants.ts'
import type { PlaneStore } from '../store/plane-stores.ts'
import { createFeedTotals } from './feed-totals.ts'
import { type FollowedFeed, followedFeeds } from './followed-feeds.ts'
import { createListenerTotals } from './listener-totals.ts'
import { sumByTenant, type TelemetryLabels } from './telemetry-labels.ts'

/** What a plane follows. */
export interface ObservedStores {
  readonly stores: readonly PlaneStore[]
  readonly tenants: Pick<OpenTenants, 'ownHomes'> | undefined
}

/** Says how the stores are followed that a plane lives off, whenever somebody collects. */
export function createStoresObserver(labels: TelemetryLabels): (observed: ObservedStores, observe: Observing) => void {
  const sumUpFeeds = createFeedTotals()
  const sumUpListeners = createListenerTotals()
  let hasListened = false
  return ({ stores, tenants }, observe) => {
    const feeds = followedFeeds(stores, tenants?.ownHomes)
    for (const [environment, ofEnvironment] of byEnvironment(feeds)) {
      const labelled = { 'trimtab.environment': environment }
      const ages = ofEnvironment.flatMap(({ feed, isAsleep }) => (isAsleep ? [] : (feed.age ?? [])))
      if (ages.length > 0) observe('trimtab.feed.age', Math.max(...ages) / 1_000, labelled)
      const isTold = ofEnvironment.every(({ feed, isAsleep }) => isAsleep || feed.status.kind === 'push')
      observe('trimtab.feed.push', isTold ? 1 : 0, labelled)
    }
    for (const [environment, { wakeups, failures }] of sumUpFeeds(feeds)) {
      observe('trimtab.feed.wakeups', wakeups, { 'trimtab.environment': environment })
      observe('trimtab.feed.failures', failures, { 'trimtab.environment': environment })
    }
    const stale = feeds.flatMap(({ tenant, feed }) => (feed.health.kind === 'stale' ? (tenant ?? []) : []))
    for (const [tenant, count] of sumByTenant(stale, labels, () => 1))
      observe('trimtab.tenant.stale', count, { 'trimtab.tenant': tenant })

    const listeners = feeds.flatMap(({ listener }) => listener ?? [])
    hasListened ||= listeners.length > 0
    if (!hasListened) return
    const { notifications, disconnects } = sumUpListeners(listeners)
    for (const [kind, count] of Object.entries(notifications))
      observe('trimtab.feed.notifications', count, { 'trimtab.notification.kind': kind })
    for (const [reason, count] of Object.entries(disconnects))
      observe('trimtab.feed.disconnects', count, { 'trimtab.disconnect.reason': reason })
  }
}

function byEnvironment(feeds: readonly FollowedFeed[]): ReadonlyMap<string, readonly FollowedFeed[]> {
  const groups = new Map<string, FollowedFeed[]>()
  for (const followed of feeds) {
    const group = groups.get(followed.environment) ?? []
    groups.set(followed.environment, group)
    group.push(followed)
  }
  return groups
}
