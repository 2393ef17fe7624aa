import { type Changes, createChanges } from '../model/changes.ts'
import { diffTrees } from '../model/diff.ts'
import { parsePath, valueAt } from '../model/path.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { type Deferred, deferred } from '../primitives/concurrency/deferred.ts'
import type { Disposer } from '../primitives/disposers.ts'
import type { Emitter } from '../primitives/emitter.ts'
import type { AbortListening } from '../primitives/concurrency/shared-abort.ts'
import type { ReloadEvent } from '../reload/events.ts'

/** What a listener is told: the value before and after, both frozen. */
export interface ValueChange<T> {
  readonly previous: T
  readonly next: T
  readonly generation: number
  /** Everything that changed in that commit. */
  readonly changes: Changes
}

/** Picks the part of the configuration that is watched. */
export type Selector<Config, T> = (config: Config) => T

/** When a watch or subscription ends, beside the end of the plane. */
export interface WatchOptions {
  /** Ends it, like the disposer. */
  readonly signal?: AbortSignal | undefined
}

/** What watching needs of a plane. */
export interface WatchHost {
  readonly events: Emitter<ReloadEvent>
  /** Any number may watch on one signal. */
  readonly onAbort: AbortListening
}

/** Calls `listener` after every commit that changed what `select` gives, in order. */
export function watchValue<Config, T>(
  { events, onAbort }: WatchHost,
  select: Selector<Config, T>,
  listener: (change: ValueChange<T>) => unknown,
  { signal }: WatchOptions = {},
): Disposer {
  if (signal?.aborted) return () => {}
  const dispose = events.on((event) => {
    if (event.kind !== 'committed' || event.previous === undefined) return undefined
    const change = changeOf(select, event.previous, event.next, event.changes)
    return change === undefined ? undefined : listener(change)
  })
  const release = onAbort(signal, dispose)
  return () => {
    release()
    dispose()
  }
}

/**
 * The same as an iterator. A consumer that is slower than the changes is given the newest, with what it was given last
 * as `previous`: nothing piles up.
 */
export function subscribeValue<Config, T>(
  { events, onAbort }: WatchHost,
  current: () => Snapshot<object>,
  select: Selector<Config, T>,
  endings: readonly (AbortSignal | undefined)[],
): AsyncGenerator<ValueChange<T>, void, undefined> {
  // From the call on, not from the first `next()`: what is committed between the two is not missed.
  let seen = current()
  let woken: Deferred<void> = deferred()
  let isOver = false
  const releases: (() => void)[] = []
  const end = () => {
    isOver = true
    for (const release of releases) release()
    woken.resolve()
  }
  releases.push(
    events.on((event) => {
      if (event.kind === 'committed') woken.resolve()
    }),
  )
  for (const signal of endings) releases.push(onAbort(signal, end))

  async function* iterate(): AsyncGenerator<ValueChange<T>, void, undefined> {
    try {
      while (!isOver) {
        await woken.promise
        if (isOver) return
        woken = deferred()
        const next = current()
        const change = changeOf(select, seen, next, createChanges(diffTrees(seen.config, next.config)))
        seen = next
        if (change !== undefined) yield change
      }
    } finally {
      end()
    }
  }
  const iterator = iterate()
  const finish = iterator.return.bind(iterator)
  return Object.assign(iterator, {
    // A generator that was never asked has no `finally` to run, and one that waits would be waited for.
    return(value: void | PromiseLike<void>) {
      end()
      return finish(value)
    },
  })
}

/** A path as the selector it stands for. */
export function pathSelector(path: string): Selector<unknown, unknown> {
  const segments = parsePath(path)
  return (config) => valueAt(config, segments)
}

function changeOf<Config, T>(
  select: Selector<Config, T>,
  before: Snapshot<object>,
  after: Snapshot<object>,
  changes: Changes,
): ValueChange<T> | undefined {
  // The plane's own snapshots: they hold what its schema gives.
  const previous = select(before.config as Config)
  // As above.
  const next = select(after.config as Config)
  // What did not change is shared; a selector may still make a new object of the same content.
  if (Object.is(previous, next) || diffTrees({ value: previous }, { value: next }).length === 0) return undefined
  return { previous, next, generation: after.generation, changes }
}
