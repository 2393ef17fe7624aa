import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import type { ConfigStore } from '../config-store.ts'
import { createConfigStore, type StoreOptions } from '../create-config-store.ts'
import { createMemoryStorage } from './memory-storage.ts'

/** What a store in memory can be told. */
export interface MemoryStoreOptions extends StoreOptions {
  /** What says when a revision was, and until when an instance lives: the machine's own. */
  readonly clock?: Clock | undefined
}

/** A store that forgets everything with its process, and can be restored to an older point as a database can. */
export interface MemoryStore extends ConfigStore {
  /** All that is published by now. Calling what it gives puts that back, as a restore does, and wakes every reader. */
  backup(): () => void
}

/**
 * A store in memory: for tests, and for trying things out. It keeps every promise of a store but to outlive the process.
 *
 * @example
 * const store = memoryStore()
 * const { cursor } = await store.readEnvironment('checkout/production')
 * await store.publish([{ scope: 'checkout/production', path: 'pool.max', value: 20 }], {
 *   author: 'dana',
 *   message: 'Black Friday',
 *   expected: cursor,
 * })
 */
export function memoryStore({ clock = systemClock, referenceSchemes }: MemoryStoreOptions = {}): MemoryStore {
  const storage = createMemoryStorage(clock)
  return {
    ...createConfigStore({ storage, clock, referenceSchemes }),
    backup: () => storage.backup(),
  }
}
