import { abortReason, childController, onAbort } from '../../primitives/concurrency/abort.ts'
import { describeThrown } from '../../errors/trimtab-error.ts'
import type { Clock, Timer } from '../../primitives/time/clock.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { CronSchedule } from './cron-schedule.ts'

/** How the newest run that has ended went. Wall times in milliseconds. */
export interface JobRun {
  readonly startedAt: number
  readonly endedAt: number
  readonly succeeded: boolean
}

/** A job that is run at its times. */
export interface ScheduledJob {
  readonly name: string
  /** When it is run next, as wall time in milliseconds; undefined while it is not enabled, and where its times are over. */
  readonly next: number | undefined
  readonly isRunning: boolean
  readonly lastRun: JobRun | undefined
  /** Runs in a row, up to the newest, that failed. */
  readonly failures: number
  /** Runs that were due while one was going on, and were left out. */
  readonly skipped: number
  /** Runs it now, whether or not it is enabled; while it runs, waits for that run. Rejects with what the run threw. */
  run(): Promise<void>
}

/** What applies from now on. */
export interface JobSettings<Config> {
  readonly schedule: CronSchedule
  readonly config: Config
}

/** What a job looks at of its own section. */
interface JobConfig {
  readonly enabled: boolean
  readonly overlap: 'skip' | 'queue'
  readonly timeout?: number | undefined
}

export interface JobParts<Config> {
  readonly name: string
  readonly clock: Clock
  readonly log: Logger
  /** `due` is the time the run is for. */
  readonly work: (run: { readonly signal: AbortSignal; readonly config: Config; readonly due: number }) => unknown
  readonly onFailure: (failures: number) => void
}

/** How often the wall clock is looked at: it jumps, and a timer can't wait for months. */
const longestWait = 60_000
/** A wall clock set back by up to this runs nothing again; set back by more, the times that come again are run again. */
const smallJump = 60_000

interface Run {
  readonly ended: Promise<void>
  readonly controller: AbortController
  readonly startedAt: number
  readonly isLate: () => boolean
}

/**
 * Waits for the next time, runs, and waits again. One run at a time: a time that comes meanwhile is left out, or begins
 * when the run ends, of several only one. Times that passed while the machine slept are made up for by one run.
 */
export class OpenJob<Config extends JobConfig> implements ScheduledJob {
  readonly name: string
  readonly #parts: JobParts<Config>
  #settings: JobSettings<Config>
  #timer: Timer | undefined
  #next: number | undefined
  #lastDue = -Infinity
  #running: Run | undefined
  #waiting: number | undefined
  #lastRun: JobRun | undefined
  #failures = 0
  #skipped = 0
  #isClosed = false

  constructor(parts: JobParts<Config>, settings: JobSettings<Config>) {
    this.#parts = parts
    this.name = parts.name
    this.#settings = settings
    this.#plan()
  }

  get next(): number | undefined {
    return this.#next
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Whether a run goes on although its time is over. */
  get isLate(): boolean {
    return this.#running?.isLate() === true
  }

  get lastRun(): JobRun | undefined {
    return this.#lastRun
  }

  get failures(): number {
    return this.#failures
  }

  get skipped(): number {
    return this.#skipped
  }

  get settings(): JobSettings<Config> {
    return this.#settings
  }

  /** A run that is going on is not touched: what is new applies to the next. */
  apply(settings: JobSettings<Config>): void {
    this.#settings = settings
    const { enabled, overlap } = settings.config
    if (!enabled || overlap === 'skip') this.#waiting = undefined
    this.#plan()
  }

  async run(): Promise<void> {
    if (this.#isClosed) throw new Error(`The job ${this.name} has been stopped`)
    await (this.#running ?? this.#begin(this.#parts.clock.now())).ended
  }

  /**
   * Begins nothing more, and waits for the run that is going on: after `patience` milliseconds, or when the signal aborts,
   * that is told to end by its own signal; when the signal aborts it is no longer waited for.
   */
  async close(signal: AbortSignal, patience: number): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#next = undefined
    this.#waiting = undefined
    const run = this.#running
    if (run === undefined) return
    const cut = () => run.controller.abort(new DOMException('The job is being stopped', 'AbortError'))
    const timer = this.#parts.clock.schedule(patience, cut)
    let letGo = () => {}
    const givenUp = new Promise<void>((resolve) => {
      letGo = onAbort(signal, () => {
        cut()
        resolve()
      })
    })
    await Promise.race([run.ended.catch(() => {}), givenUp])
    timer.cancel()
    letGo()
  }

  #plan(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#next = undefined
    const { schedule, config } = this.#settings
    if (this.#isClosed || !config.enabled) return
    const now = this.#parts.clock.now()
    // A timer that fires a little early by the wall clock must not run the same time twice.
    const isJustDue = this.#lastDue > now && this.#lastDue - now <= smallJump
    this.#next = schedule.after(isJustDue ? this.#lastDue : now)
    if (this.#next !== undefined) this.#wait(this.#next)
  }

  #wait(due: number): void {
    const { clock } = this.#parts
    const left = due - clock.now()
    this.#timer = clock.schedule(Math.max(0, Math.min(left, longestWait)), () => {
      const now = clock.now()
      // Set back far: there can be a time before this one.
      if (due - now > left + smallJump) this.#plan()
      else if (now < due) this.#wait(due)
      else this.#onDue(due)
    })
  }

  #onDue(due: number): void {
    this.#lastDue = due
    if (this.#running === undefined) this.#begin(due)
    else if (this.#settings.config.overlap === 'queue') this.#waiting ??= due
    else {
      this.#skipped += 1
      this.#parts.log.debug(`The job ${this.name} was due while it still ran, and was left out.`)
    }
    this.#plan()
  }

  #begin(due: number): Run {
    const { clock, work } = this.#parts
    const { config } = this.#settings
    const { controller } = childController()
    const startedAt = clock.now()
    let isLate = false
    const { timeout } = config
    const onLate = () => {
      isLate = true
      controller.abort(new DOMException(`The job took longer than ${timeout} ms`, 'TimeoutError'))
    }
    const timer = timeout === undefined ? undefined : clock.schedule(timeout, onLate)
    const execute = async () => {
      try {
        await work({ signal: controller.signal, config, due })
        // One that is told to end may do so without an error, and has not done its work.
        if (controller.signal.aborted) throw abortReason(controller.signal)
        this.#noteEnd(startedAt, true)
      } catch (error) {
        this.#noteEnd(startedAt, false, error)
        throw error
      } finally {
        timer?.cancel()
      }
    }
    const ended = execute()
    // Whoever has not asked for it reads of it in the log.
    ended.catch(() => {})
    const run: Run = { ended, controller, startedAt, isLate: () => isLate }
    this.#running = run
    const onEnd = () => this.#onEnd(run)
    ended.then(onEnd, onEnd)
    return run
  }

  #noteEnd(startedAt: number, succeeded: boolean, error?: unknown): void {
    const { clock, log, onFailure } = this.#parts
    this.#lastRun = { startedAt, endedAt: clock.now(), succeeded }
    this.#failures = succeeded ? 0 : this.#failures + 1
    if (succeeded) return
    log.error(`The job ${this.name} failed, ${this.#failures} times in a row: ${describeThrown(error)}`)
    onFailure(this.#failures)
  }

  #onEnd(run: Run): void {
    if (this.#running === run) this.#running = undefined
    const due = this.#waiting
    this.#waiting = undefined
    if (due !== undefined && !this.#isClosed) this.#begin(due)
  }
}
