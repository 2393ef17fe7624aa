import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Clock, Timer } from '../../primitives/time/clock.ts'
import { type Deferred, deferred } from '../../primitives/concurrency/deferred.ts'

export interface PulseTimings {
  /** Milliseconds without a further event before the next look. */
  readonly settle: number
  /** Milliseconds after the first event at which the next look comes although events go on. */
  readonly maximumWait: number
  /** Milliseconds without any event before the next look. */
  readonly poll: number
}

/** Why it is time to look. */
export type Beat = 'event' | 'poll' | 'stopped'

/** Decides when to look: soon after events, but not while they still come in, and now and then without any. */
export interface Pulse {
  /** Something has happened. Counts from the end of the last `next`, also while nobody waits. */
  event(): void
  /** Resolves when it is time. One caller at a time. */
  next(): Promise<Beat>
  /** Ends the wait, now and for ever, with its timer. Idempotent. */
  stop(): void
}

/** The longest time that `setTimeout` can wait for. */
const longest = 2 ** 31 - 1

export function createPulse(clock: Clock, { settle, maximumWait, poll }: PulseTimings): Pulse {
  for (const [name, value] of Object.entries({ settle, maximumWait, poll })) {
    if (value > 0 && value <= longest) continue
    throw new TrimtabError(
      'option_invalid',
      `The watch timing ${name} is ${value}: expected milliseconds above 0 and up to ${longest}.`,
    )
  }
  let firstEvent: number | undefined
  let lastEvent = 0
  let pollAt = 0
  let waiting: Deferred<Beat> | undefined
  let timer: Timer | undefined
  let stopped = false

  const dueAt = () => (firstEvent === undefined ? pollAt : Math.min(lastEvent + settle, firstEvent + maximumWait))

  const arm = () => {
    timer?.cancel()
    timer = clock.schedule(Math.max(0, dueAt() - clock.monotonic()), () => {
      // Events since then have moved the time, or the system's timer came a fraction of a millisecond early.
      if (dueAt() > clock.monotonic()) arm()
      else finish(firstEvent === undefined ? 'poll' : 'event')
    })
  }
  const finish = (beat: Beat) => {
    timer?.cancel()
    timer = undefined
    firstEvent = undefined
    const waiter = waiting
    waiting = undefined
    waiter?.resolve(beat)
  }

  return {
    event() {
      lastEvent = clock.monotonic()
      if (firstEvent !== undefined) return
      firstEvent = lastEvent
      if (waiting !== undefined) arm()
    },
    next() {
      if (stopped) return Promise.resolve('stopped')
      pollAt = clock.monotonic() + poll
      waiting = deferred()
      const { promise } = waiting
      arm()
      return promise
    },
    stop() {
      stopped = true
      finish('stopped')
    },
  }
}
