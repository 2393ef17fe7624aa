import { resolve } from 'node:path'
import { abortable, onAbort } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { sourceLimits } from '../limits.ts'
import { createPlaceWatchers, type PlaceWatchers } from './place-watchers.ts'
import { type Beat, createPulse, type Pulse } from './pulse.ts'
import { type Survey, survey, type WatchKind } from './survey.ts'
import { nodeWatchFs, type WatchFs } from './watch-fs.ts'

/** Milliseconds; the defaults are those of `sourceLimits`. */
export interface WatchTimings {
  readonly settle?: number | undefined
  readonly maximumWait?: number | undefined
  readonly poll?: number | undefined
}

export interface WatchPathOptions {
  /** What is expected at the path. A directory is its entries, with what those lead to, and nothing below them. */
  readonly kind: WatchKind
  readonly clock: Clock
  readonly timings?: WatchTimings | undefined
  /** Told that the content may have changed. It should return soon; reading is for later. */
  readonly wake: () => void
  readonly signal: AbortSignal
  /** The file system, if not the machine's own. */
  readonly fs?: WatchFs | undefined
}

/** Looks that may follow one another because the places to watch are moving; then the poll takes over. */
const mostLooks = 8

/**
 * A file that has changed less than this many milliseconds ago may change again without another time being seen on it:
 * the coarsest file systems count in steps of 2 s, and the clock of a server may be some seconds off.
 */
const recent = 10_000

/**
 * Calls `wake` whenever the content that `path` leads to may have changed, until `signal` aborts; then it resolves, with
 * every watch closed and no timer left. Whatever happens to the path only wakes: that it does not exist yet, nor its
 * folders, that it is deleted, replaced, made unreadable, or that links on the way to it move. It rejects for an invalid
 * timing and with what `wake` throws, nothing else.
 *
 * What is certain: after the last change `wake` is called at least once, when the change is `settle` old, or at the next
 * poll where the file system tells nothing; a reading begun in that call sees the final state. While changes go on it is
 * called at least once per `maximumWait`. It is called once at the beginning, when all watches stand: what happened since
 * the last reading is not known then. It may be called although nothing has changed, but not by polls over an idle path.
 *
 * How: the folder of each link on the way, the folder of the real file and that file itself are watched, and looked
 * for anew after each change, so that watches follow the links. Polls compare fingerprints, which finds what no event
 * tells, and open watches that failed before. What a network file system has cached of a file (`actimeo` of NFS) delays
 * that by as long as it is kept.
 *
 * @example
 * await watchPath('config.yaml', { kind: 'file', clock: systemClock, wake: () => reread(), signal })
 */
export async function watchPath(path: string, options: WatchPathOptions): Promise<void> {
  const { kind, clock, wake, signal, fs = nodeWatchFs } = options
  const {
    settle = sourceLimits.settle,
    maximumWait = sourceLimits.maximumWait,
    poll = sourceLimits.poll,
  } = options.timings ?? {}
  const absolutePath = resolve(path)
  const pulse = createPulse(clock, { settle, maximumWait, poll })
  const watchers = createPlaceWatchers(fs, () => pulse.event())
  const close = () => {
    pulse.stop()
    watchers.close()
  }
  const stopListening = onAbort(signal, close)
  try {
    const look = () => watchedSurvey(fs, absolutePath, kind, watchers)
    await follow({ look, pulse, watchers, clock, wake, signal })
  } finally {
    stopListening()
    close()
  }
}

interface Following {
  readonly look: () => Promise<Survey>
  readonly pulse: Pulse
  readonly watchers: PlaceWatchers
  readonly clock: Clock
  readonly wake: () => void
  readonly signal: AbortSignal
}

async function follow({ look, pulse, watchers, clock, wake, signal }: Following): Promise<void> {
  let known: string | undefined
  // True while a further write could have left the fingerprint as it is, and no event would tell of it.
  let isUnproven = false
  for (let beat: Beat | 'start' = 'start'; beat !== 'stopped'; beat = await pulse.next()) {
    if (signal.aborted) return
    const seen = await unlessAborted(look(), signal)
    if (seen === undefined || signal.aborted) return
    const isChanged = seen.fingerprint !== known
    known = seen.fingerprint
    switch (beat) {
      case 'start':
        isUnproven = clock.now() - Number(seen.newest / 1_000_000n) < recent
        wake()
        break
      case 'event':
        // Not judged by the fingerprint: a second write within the tick of the first one leaves it the same.
        isUnproven = isChanged && watchers.isBlind
        wake()
        break
      case 'poll': {
        const isDue = isChanged || isUnproven
        isUnproven = isChanged
        if (isDue) wake()
        break
      }
      default:
        beat satisfies never
    }
  }
}

/** A survey that was made after everything in it was being watched: whatever happens after it will be told. */
async function watchedSurvey(fs: WatchFs, path: string, kind: WatchKind, watchers: PlaceWatchers): Promise<Survey> {
  let seen = await survey(fs, path, kind)
  for (let count = 1; watchers.update(seen.places) && count < mostLooks; count += 1) seen = await survey(fs, path, kind)
  return seen
}

/** Undefined when the signal aborts first: a file system that hangs must not keep its watcher from ending. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await abortable(promise, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
