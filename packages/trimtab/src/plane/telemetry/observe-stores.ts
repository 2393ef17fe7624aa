import type { Observing } from '../../telemetry/metrics.ts'
import type { PlaneStore } from '../store/plane-stores.ts'
import type { ListenerTotals } from './listener-totals.ts'

/** Says how the environments are followed that a plane lives off. `heard` is undefined where nothing tells it of revisions. */
export function observeStores(
  stores: readonly PlaneStore[],
  heard: ListenerTotals | undefined,
  observe: Observing,
): void {
  for (const { environment, feed } of stores) {
    const labelled = { 'trimtab.environment': environment }
    const { age, status, counts } = feed
    if (age !== undefined) observe('trimtab.feed.age', age / 1_000, labelled)
    observe('trimtab.feed.push', status.kind === 'push' ? 1 : 0, labelled)
    observe('trimtab.feed.wakeups', counts.wakeups, labelled)
    observe('trimtab.feed.failures', counts.failures, labelled)
  }
  if (heard === undefined) return
  for (const [kind, count] of Object.entries(heard.notifications))
    observe('trimtab.feed.notifications', count, { 'trimtab.notification.kind': kind })
  for (const [reason, count] of Object.entries(heard.disconnects))
    observe('trimtab.feed.disconnects', count, { 'trimtab.disconnect.reason': reason })
}
