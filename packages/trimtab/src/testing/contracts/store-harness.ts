import type { ConfigStore } from '../../store/config-store.ts'

/** What an author makes for one test: a new and empty store of its own, and what it stands on. */
export interface StoreUnderTest {
  readonly store: ConfigStore
  /**
   * Another store on the same data, as another process would have it. Leave it away where there is no such thing: then the
   * store itself stands in for it. It is closed before the first one.
   */
  readonly secondHandle?: (() => ConfigStore | Promise<ConfigStore>) | undefined
  /**
   * Keeps all that is published by now; the function it gives puts that back, as a restore from a backup does, while the
   * store goes on. Leave it away where that can't be done: then nothing is shown of what a store says after a restore.
   */
  readonly backup?: (() => (() => unknown) | Promise<() => unknown>) | undefined
  /** Takes away what it stood on, after everything has been closed. */
  readonly close?: (() => unknown) | undefined
}
