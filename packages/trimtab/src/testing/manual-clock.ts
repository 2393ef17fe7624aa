import { AsyncLocalStorage } from 'node:async_hooks'
// From the module, not the global: a runner's fake timers replace the globals, and time would stand still for ever.
// oxlint-disable-next-line house/no-ambient-clock -- an immediate waits for no time
import { setImmediate as turn } from 'node:timers/promises'
import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Clock, Timer } from '../primitives/time/clock.ts'
import { serialQueue } from '../primitives/concurrency/serial-queue.ts'

/** A clock whose time moves only when a test says so. */
export interface ManualClock extends Clock {
  /**
   * Moves both times forward by `milliseconds` and fires every timer that becomes due, in the order of their due times
   * (of equal ones the first scheduled is first), each at exactly its own time. Before the first timer and after each
   * one, everything that waits for promises or immediates goes on until it waits for something else: so that a timer
   * scheduled by what another one began fires in the same call when it is due. What waits for real input or output is
   * not waited for: await its result, then advance.
   *
   * Calls are served one after another. A callback that throws keeps no other from firing; the promise then rejects
   * with what it threw. `advance(0)` fires what is due now.
   */
  advance(milliseconds: number): Promise<void>
  /** Moves to the next timer, however far away, and fires that one alone. False, and no time passes, when none waits. */
  runNext(): Promise<boolean>
  /** Moves the wall clock alone, back or forth, as an administrator or NTP does. No timer moves with it. */
  jumpWall(milliseconds: number): void
  /** How many timers wait. A test that ends with 0 has left none behind. */
  readonly pending: number
  /** Milliseconds until the next timer is due; undefined when none waits. */
  readonly untilNext: number | undefined
}

/** When it is, before the clock is moved. */
export interface ManualClockOptions {
  /** Wall time at the beginning, in milliseconds since 1970. The default is the first instant of 2026, UTC. */
  readonly start?: number | undefined
}

interface Waiting {
  readonly due: number
  readonly callback: () => void
}

/** What `setTimeout` can wait for: a longer delay would fire at once on the system's clock, so it is refused here. */
const longestDelay = 2 ** 31 - 1

/** Turns of the event loop after each timer: enough for code that itself passes on through a few immediates. */
const turns = 4

/**
 * Makes a clock for tests: minutes of timeouts and back-offs pass in no time, and always in the same order.
 * `monotonic()` starts at 0, so that it is the sum of what was advanced.
 *
 * @example
 * const clock = createManualClock()
 * const plane = await createTestPlane(config, { clock, tree: { pool: { max: 10 } } })
 * await plane.override({ 'pool.max': 50 }, { for: '15m', reason: 'INC-1234' })
 * await clock.advance(15 * 60_000)
 * plane.config.pool.max // 10
 */
export function createManualClock({ start = Date.UTC(2026, 0, 1) }: ManualClockOptions = {}): ManualClock {
  requireFinite('start', start)
  const waiting: Waiting[] = []
  const moves = serialQueue()
  let monotonic = 0
  let wallOffset = start

  const schedule = (delay: number, callback: () => void): Timer => {
    // NaN fails the comparison too.
    if (!(delay <= longestDelay))
      throw refuse(`A timer of ${delay} ms`, `at most ${longestDelay} ms, which is what setTimeout can hold`)
    // As a real timer does, whoever moves the clock.
    const inContext = AsyncLocalStorage.snapshot()
    const entry: Waiting = { due: monotonic + Math.max(0, delay), callback: () => inContext(callback) }
    waiting.splice(firstLater(waiting, entry.due), 0, entry)
    return {
      cancel() {
        const index = waiting.indexOf(entry)
        if (index >= 0) waiting.splice(index, 1)
      },
    }
  }

  /** Fires the next timer when it is due by `until`, and lets all that follows from it happen. */
  const fireNext = async (until: number, errors: unknown[]): Promise<boolean> => {
    const [next] = waiting
    if (next === undefined || next.due > until) return false
    waiting.shift()
    monotonic = next.due
    try {
      next.callback()
    } catch (error) {
      errors.push(error)
    }
    await settle()
    return true
  }

  return {
    now: () => wallOffset + monotonic,
    monotonic: () => monotonic,
    schedule,
    advance(milliseconds) {
      requireFinite('advance', milliseconds)
      if (milliseconds < 0) throw refuse(`advance(${milliseconds})`, '0 or more; jumpWall() moves the wall clock back')
      return moves.run(async () => {
        const target = monotonic + milliseconds
        const errors: unknown[] = []
        await settle()
        while (await fireNext(target, errors)) {
          // Each turn fires one timer.
        }
        monotonic = target
        await settle()
        rethrow(errors)
      })
    },
    runNext() {
      return moves.run(async () => {
        const errors: unknown[] = []
        await settle()
        const fired = await fireNext(Number.POSITIVE_INFINITY, errors)
        rethrow(errors)
        return fired
      })
    },
    jumpWall(milliseconds) {
      requireFinite('jumpWall', milliseconds)
      wallOffset += milliseconds
    },
    get pending() {
      return waiting.length
    },
    get untilNext() {
      const [next] = waiting
      return next === undefined ? undefined : next.due - monotonic
    },
  }
}

async function settle(): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn()
}

/** Where in the sorted list a timer belongs that is due at `due`: behind all that are due by then. */
function firstLater(waiting: readonly Waiting[], due: number): number {
  let low = 0
  let high = waiting.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = waiting[middle]
    if (entry !== undefined && entry.due <= due) low = middle + 1
    else high = middle
  }
  return low
}

function rethrow(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} timers threw`)
}

function requireFinite(what: string, value: number): void {
  if (!Number.isFinite(value)) throw refuse(`${what} of ${value} ms`, 'a finite number of milliseconds')
}

function refuse(what: string, expected: string): TrimtabError {
  return new TrimtabError('option_invalid', `${what} is not possible: expected ${expected}.`)
}
