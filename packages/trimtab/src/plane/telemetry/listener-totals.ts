import type { DisconnectReason, ListenerCounts, StoreListener } from '../../store/feed/listener-counts.ts'

/** What was made of a notification; `missed` is one that should have come. */
type NotificationKind = 'delivered' | 'duplicate' | 'late' | 'malformed' | 'unknown' | 'missed'

/** What all listeners of a plane have heard together. */
export interface ListenerTotals {
  readonly notifications: Readonly<Record<NotificationKind, number>>
  readonly disconnects: Readonly<Record<DisconnectReason, number>>
}

/**
 * Sums up what listeners have heard, each once however many stores share it. What one has heard stays in the sum when it is
 * gone: a counter never goes back.
 */
export function createListenerTotals(): (listeners: Iterable<StoreListener>) => ListenerTotals {
  const known = new WeakMap<StoreListener, ListenerCounts>()
  const notifications = { delivered: 0, duplicate: 0, late: 0, malformed: 0, unknown: 0, missed: 0 }
  const disconnects = { ended: 0, silent: 0, failed: 0, unheard: 0 }
  return (listeners) => {
    for (const listener of listeners) {
      const counts = listener.counts()
      const heard = heardOf(counts)
      const before = known.get(listener)
      const heardBefore = before && heardOf(before)
      known.set(listener, counts)
      for (const kind of keysOf(notifications)) notifications[kind] += heard[kind] - (heardBefore?.[kind] ?? 0)
      for (const reason of keysOf(disconnects))
        disconnects[reason] += counts.disconnects[reason] - (before?.disconnects[reason] ?? 0)
    }
    return { notifications, disconnects }
  }
}

function heardOf(counts: ListenerCounts): ListenerTotals['notifications'] {
  const { received, duplicate, outOfOrder: late, malformed, unknown, missed } = counts
  return { delivered: received - duplicate - late - malformed - unknown, duplicate, late, malformed, unknown, missed }
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  // It was written down with exactly these keys.
  return Object.keys(record) as Key[]
}
