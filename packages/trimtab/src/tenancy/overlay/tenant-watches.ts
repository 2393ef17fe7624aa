import type { Changes } from '../../model/changes.ts'
import { isSameValue } from '../../model/diff.ts'
import { parsePath, type Segments, valueAt } from '../../model/path.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { onAbort } from '../../primitives/concurrency/abort.ts'
import type { Disposer } from '../../primitives/disposers.ts'
import { createEmitter, type EmitterSource } from '../../primitives/emitter.ts'
import { nextTurn } from '../../primitives/time/next-turn.ts'
import type { TenantId } from '../tenant-id.ts'
import type { TenantConfigs } from './tenant-configs.ts'

/** What a listener is told: whose value it is, and what it was before and is now, both frozen. */
export interface TenantValueChange<T = unknown> {
  readonly tenant: TenantId
  readonly path: string
  /** Undefined also where the tenant had nothing: it was broken from the start, or not active. */
  readonly previous: T | undefined
  readonly next: T
}

export interface TenantWatchesParts {
  readonly configs: TenantConfigs
  /** Runs work inside a tenant's context. */
  readonly run: (tenant: TenantId, work: () => unknown) => unknown
  readonly onListenerError: (error: unknown) => void
}

interface Watch {
  readonly path: string
  readonly segments: Segments
  readonly told: EmitterSource<TenantValueChange>
}

/** Tenants that are looked at before others get their turn. */
const batch = 32

/**
 * Tells of tenants' values that have changed. A change of one tenant's own wakes its watches at once; one of what all
 * share is worked out tenant by tenant beside other work, and only where somebody watches a place that has changed.
 */
export class TenantWatches {
  readonly #parts: TenantWatchesParts
  readonly #watches = new Set<Watch>()
  /** The watches that wait for a walk, and what was shared when they had last been told. */
  #due: { readonly watches: Set<Watch>; readonly from: Snapshot<object> } | undefined
  #walking: Promise<void> | undefined
  #closed = false
  /** Calls of listeners that have not ended, with whose they are. */
  readonly #calls = new Map<Promise<void>, TenantId>()

  constructor(parts: TenantWatchesParts) {
    this.#parts = parts
  }

  watch(path: string, listener: (change: TenantValueChange) => unknown, signal?: AbortSignal): Disposer {
    if (signal?.aborted) return () => {}
    const told = createEmitter<TenantValueChange>(this.#parts.onListenerError)
    told.on((change) => this.#call(change, listener))
    const watch: Watch = { path, segments: parsePath(path), told }
    this.#watches.add(watch)
    const release = onAbort(signal, () => this.#watches.delete(watch))
    return () => {
      release()
      this.#watches.delete(watch)
    }
  }

  /** What one tenant reads has changed by its own overlay. */
  tell(
    tenant: TenantId,
    previous: object | undefined,
    next: object,
    watches: ReadonlySet<Watch> = this.#watches,
  ): void {
    for (const watch of [...watches]) {
      if (!this.#watches.has(watch)) continue
      const before = previous && valueAt(previous, watch.segments)
      const after = valueAt(next, watch.segments)
      // What did not change is mostly the very same object.
      if (isSameValue(before, after)) continue
      watch.told.emit(Object.freeze({ tenant, path: watch.path, previous: before, next: after }))
    }
  }

  /** What all tenants share has changed from `previous` on. */
  sharedChanged(previous: Snapshot<object>, changes: Changes): void {
    const woken = [...this.#watches].filter(({ path }) => changes.has(path))
    if (woken.length === 0) return
    this.#due ??= { watches: new Set(), from: previous }
    for (const watch of woken) this.#due.watches.add(watch)
    this.#walking ??= this.#walk().finally(() => {
      this.#walking = undefined
    })
  }

  /** For whom a listener is under way. */
  get busy(): readonly TenantId[] {
    return [...new Set(this.#calls.values())]
  }

  /** Tells nothing more. Resolves when nobody is about to be told; listeners that are under way are not waited for. */
  async close(): Promise<void> {
    this.#closed = true
    this.#watches.clear()
    await this.#walking
  }

  /** Resolves when every listener has ended, which one that hangs never does. */
  async idle(): Promise<void> {
    while (this.#calls.size > 0) await Promise.all(this.#calls.keys())
  }

  #call(change: TenantValueChange, listener: (change: TenantValueChange) => unknown): Promise<void> {
    const call = (async () => void (await this.#parts.run(change.tenant, () => listener(change))))()
    const ended = call
      .catch(() => {})
      .then(() => {
        this.#calls.delete(ended)
      })
    this.#calls.set(ended, change.tenant)
    return call
  }

  async #walk(): Promise<void> {
    const { configs } = this.#parts
    for (let due = this.#due; due !== undefined; due = this.#due) {
      this.#due = undefined
      const { shared: to } = configs
      if (to === undefined) return
      let count = 0
      for (const id of [...configs.overlays.keys()]) {
        if (this.#closed) return
        this.#tellShared(id, due.from, to, due.watches)
        count += 1
        if (count % batch === 0) await nextTurn()
      }
    }
  }

  #tellShared(id: TenantId, from: Snapshot<object>, to: Snapshot<object>, watches: ReadonlySet<Watch>): void {
    const { configs } = this.#parts
    const overlay = configs.overlays.get(id)
    if (overlay === undefined) return
    const next = configs.above(to, overlay)
    const previous = configs.above(from, overlay)
    // Held on its last good one, or about to be: then it is told when its own reload has ended.
    if (next === undefined || previous === undefined) configs.settleQuietly(id)
    else this.tell(id, previous, next, watches)
  }
}
