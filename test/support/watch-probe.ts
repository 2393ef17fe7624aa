import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../../packages/trimtab/src/primitives/time/clock.ts'
import { type Deferred, deferred } from '../../packages/trimtab/src/primitives/concurrency/deferred.ts'
import type { WatchKind } from '../../packages/trimtab/src/sources/watch/survey.ts'
import { nodeWatchFs, type WatchFs } from '../../packages/trimtab/src/sources/watch/watch-fs.ts'
import { type WatchTimings, watchPath } from '../../packages/trimtab/src/sources/watch/watch-path.ts'

/** Events alone: a poll would come long after the test has failed. */
export const eventsOnly: WatchTimings = { settle: 10, maximumWait: 100, poll: 3_600_000 }

/** A reader that knows of a path only what it reads when it is woken. */
export interface WatchProbe {
  /** How often it was woken. */
  readonly wakes: number
  /** What the last reading gave: a file's text or the code why not; for a directory the same of each entry. */
  readonly current: unknown
  /** Resolves when a reading has given `expected`, or has. */
  sees(expected: unknown): Promise<void>
  /** Resolves when it has been woken `count` times in all. */
  woken(count: number): Promise<void>
  /** Ends the watch and resolves when it has ended. */
  close(): Promise<void>
}

export interface ProbeOptions {
  readonly kind?: WatchKind
  readonly timings?: WatchTimings
  readonly fs?: WatchFs
  readonly clock?: Clock
}

/** Watches `path` until the test ends. Resolves when the watches stand. */
export async function probe(path: string, options: ProbeOptions = {}): Promise<WatchProbe> {
  const { kind = 'file', timings = eventsOnly, fs = nodeWatchFs, clock = systemClock } = options
  const controller = new AbortController()
  const waiters = new Set<{ readonly isMet: () => boolean; readonly done: Deferred<void> }>()
  let wakes = 0
  let current: unknown

  const until = (isMet: () => boolean) => {
    const waiter = { isMet, done: deferred<void>() }
    waiters.add(waiter)
    settleWaiters()
    return waiter.done.promise
  }
  const settleWaiters = () => {
    for (const waiter of waiters) {
      if (!waiter.isMet()) continue
      waiters.delete(waiter)
      waiter.done.resolve()
    }
  }
  const ended = watchPath(path, {
    kind,
    clock,
    timings,
    fs,
    signal: controller.signal,
    wake() {
      wakes += 1
      current = kind === 'file' ? readText(path) : readEntries(path)
      settleWaiters()
    },
  })
  const close = () => {
    controller.abort()
    return ended
  }
  onTestFinished(close)
  await until(() => wakes > 0)
  return {
    get wakes() {
      return wakes
    },
    get current() {
      return current
    },
    sees: (expected) => until(() => JSON.stringify(current) === JSON.stringify(expected)),
    woken: (count) => until(() => wakes >= count),
    close,
  }
}

/** A file system whose watches can be opened and never tell anything, as over a network. */
export const silentFs: WatchFs = { ...nodeWatchFs, watch: () => ({ close() {} }) }

/** A file system that has no room for watches, or none of them. */
export function fullFs(code: string): WatchFs {
  return {
    ...nodeWatchFs,
    watch() {
      throw Object.assign(new Error(`${code}: no watch for you`), { code })
    },
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'failed'
  }
}

function readEntries(folder: string): unknown {
  try {
    const names = readdirSync(folder).filter((name) => !name.startsWith('.'))
    return names.sort().map((name) => [name, readText(join(folder, name))])
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'failed'
  }
}
