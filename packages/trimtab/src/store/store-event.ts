import type { PublishResult } from './config-store.ts'

/** What a store tells of itself, as plain data, in the order it happened. */
export interface StoreEvent {
  /** A publish or a rollback through this object has ended. */
  readonly kind: 'publish_ended'
  /** Undefined where its edits name none. */
  readonly environment: string | undefined
  /** Undefined where it threw: the store was away, or whoever asked gave up. */
  readonly result: PublishResult | undefined
  /** Milliseconds. */
  readonly duration: number
}
