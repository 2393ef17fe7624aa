/** Why a listening connection was lost: it ended, it went silent, a request failed, or what is sent does not arrive. */
export type DisconnectReason = 'ended' | 'silent' | 'failed' | 'unheard'

/** What a listener has heard since it was made. Only numbers: nothing grows with what is sent. */
export interface ListenerCounts {
  /** Notifications on the channels of its stores, those below included. */
  readonly received: number
  /** Not what a store sends: ignored. */
  readonly malformed: number
  /** For environments that nobody here follows: ignored. */
  readonly unknown: number
  /** For the revision that was heard of last. */
  readonly duplicate: number
  /** For a revision before the one that was heard of last: late, or of a restored store. */
  readonly outOfOrder: number
  /** Revisions that were found without a notification while it was listening. */
  readonly missed: number
  /**
   * How often there was no connection any more, by why: `ended`, `silent`, `failed`, and `unheard` where notifications do not
   * arrive. An attempt to connect that fails counts, too.
   */
  readonly disconnects: Readonly<Record<DisconnectReason, number>>
}

/** What hears of new revisions: the same for all stores that share it. */
export interface StoreListener {
  /** What it has heard since it was made, and how often it was cut off. */
  counts(): ListenerCounts
}

type NotificationKind = Exclude<keyof ListenerCounts, 'disconnects'>

export interface ListenerCounter {
  count(kind: NotificationKind): void
  disconnected(reason: DisconnectReason): void
  read(): ListenerCounts
}

export function createListenerCounter(): ListenerCounter {
  const kinds = { received: 0, malformed: 0, unknown: 0, duplicate: 0, outOfOrder: 0, missed: 0 }
  const disconnects = { ended: 0, silent: 0, failed: 0, unheard: 0 }
  return {
    count(kind) {
      kinds[kind] += 1
    },
    disconnected(reason) {
      disconnects[reason] += 1
    },
    read: () => ({ ...kinds, disconnects: { ...disconnects } }),
  }
}
