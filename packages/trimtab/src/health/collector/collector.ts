import type { Clock, Timer } from '../../primitives/time/clock.ts'
import type { Phase } from '../../primitives/time/phase.ts'
import { type ReadFinding, readFailure, readFindings } from '../finding/read-findings.ts'
import type { CheckEntry, RunEnds, Taking, Transition } from './check-entry.ts'
import { CheckRun, RunContext } from './check-run.ts'
import { Collection } from './collection.ts'
import type { Beginning, Ending, Seen } from './sighting.ts'
import { extensionFor, roundAfter } from './times.ts'

export interface CollectorParts {
  readonly clock: Clock
  /** Where in its interval the rounds of a check begin. */
  readonly phase: Phase
  readonly generation: () => number
  /** Milliseconds that what a run found is current for who asks. */
  readonly cacheFor: number
  /** Takes secrets out of what checks say. */
  readonly clean: (text: string) => string
}

/** What the collector tells, in the order it happens. */
export interface CollectorListener {
  /**
   * A run ended, or one that never does was met again: reports are others than before, and `transitions` of them count as
   * something else. `isRound` says that it counts in damping.
   */
  observed(entry: CheckEntry, transitions: readonly Transition[], generation: number, isRound: boolean): void
  abandoned(entry: CheckEntry, abandoned: number): void
}

interface Takings {
  readonly counting: Taking
  readonly inPassing: Taking
}

/** Makes rounds quicker for some checks, for as long as they are judged. */
export interface Haste {
  readonly interval: number
  readonly concerns: (entry: CheckEntry) => boolean
}

/**
 * Runs checks: in rounds of their own, and when somebody asks. At most one run of a check is under way, whoever wants
 * it, and one that ignores its deadline keeps others of that check from starting until it settles. One timer serves all
 * rounds and deadlines.
 */
export class Collector {
  readonly #parts: CollectorParts
  readonly #listener: CollectorListener
  readonly #entries = new Set<CheckEntry>()
  readonly #taking: Takings
  readonly #takingOfAll: Takings
  #burst: Ending | undefined
  readonly #endBurst = () => {
    this.#burst = undefined
  }
  #epoch = 0
  #abandoned = 0
  #collection: Collection | undefined
  #haste: Haste | undefined
  #timer: Timer | undefined
  #timerAt = Infinity
  #isWaking = false
  #hasBegun = false
  #isClosed = false

  constructor(parts: CollectorParts, listener: CollectorListener) {
    this.#parts = parts
    this.#listener = listener
    const now = () => parts.clock.now()
    const takings = (isAboutAll: boolean): Takings => ({
      counting: { counts: true, isAboutAll, now },
      inPassing: { counts: false, isAboutAll, now },
    })
    this.#taking = takings(false)
    this.#takingOfAll = takings(true)
  }

  /** Begins the rounds. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const now = this.#parts.clock.monotonic()
    for (const entry of this.#entries) this.#plan(entry, now)
  }

  add(entry: CheckEntry): void {
    entry.isLate = this.#hasBegun && [...this.#entries].some(({ hasVerdict }) => hasVerdict)
    this.#entries.add(entry)
    this.#epoch += 1
    if (this.#hasBegun) this.#plan(entry, this.#parts.clock.monotonic())
  }

  remove(entry: CheckEntry): void {
    this.#entries.delete(entry)
    this.#epoch += 1
    entry.isRemoved = true
    entry.run?.abort(new Error('The check was removed'))
    entry.run?.release()
  }

  /** Runs what is not current, or everything. Undefined where there is nothing to wait for. */
  collect(isFresh: boolean): Promise<void> | undefined {
    const underWay = this.#collection
    const isShared = underWay?.isOver === false && underWay.epoch === this.#epoch && (underWay.isFresh || !isFresh)
    if (isShared) return underWay.done
    if (this.#isClosed) return undefined
    const collection = new Collection(this.#epoch, isFresh)
    const beginning = this.#newBeginning()
    const { cacheFor } = this.#parts
    for (const entry of [...this.#entries]) {
      // One that ran just now may have removed another, or closed all of it.
      if (entry.isRemoved || this.#isClosed) continue
      if (!isFresh && entry.epoch === this.#epoch && beginning.startedAt - entry.ranAt < cacheFor) continue
      const run = entry.run ?? this.#start(entry, false, beginning)
      if (!run.isAbandoned && !run.hasEnded) run.keepWaiting(collection)
    }
    collection.sealed()
    if (collection.isOver) return undefined
    this.#collection = collection
    return collection.done
  }

  /** Quickens rounds until the returned function is called. Those between the regular ones don't count in damping. */
  hasten(haste: Haste): () => void {
    this.#haste = haste
    const now = this.#parts.clock.monotonic()
    for (const entry of this.#entries) this.#hasten(entry, now)
    return () => {
      if (this.#haste !== haste) return
      this.#haste = undefined
      for (const entry of this.#entries) entry.hastenedDue = Infinity
    }
  }

  /** Starts nothing any more, aborts what is under way, and resolves when that has ended or its deadline has passed. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const closing = new Collection(this.#epoch, true)
    for (const { run } of [...this.#entries]) {
      if (run === undefined) continue
      run.abort(new Error('The health of the plane is closed'))
      if (!run.isAbandoned) run.keepWaiting(closing)
    }
    closing.sealed()
    await closing.done
    this.#timer?.cancel()
  }

  /** The first round comes at a phase of its own in the interval; at once where others have been seen already. */
  #plan(entry: CheckEntry, now: number): void {
    entry.due = now + (entry.isLate ? 0 : Math.floor(this.#parts.phase(entry.settled.name) * entry.settled.interval))
    this.#hasten(entry, now)
    this.#wakeAt(entry.due)
  }

  #hasten(entry: CheckEntry, now: number): void {
    const haste = this.#haste
    entry.hastenedDue = Infinity
    if (haste === undefined || haste.interval >= entry.settled.interval || !haste.concerns(entry)) return
    entry.hastenedDue = now + Math.floor(this.#parts.phase(entry.settled.name) * haste.interval)
    this.#wakeAt(entry.hastenedDue)
  }

  #newBeginning(): Beginning {
    const { clock, generation } = this.#parts
    return { startedAt: clock.monotonic(), at: clock.now(), generation: generation(), epoch: this.#epoch }
  }

  #start(entry: CheckEntry, counts: boolean, beginning: Beginning): CheckRun {
    const run = new CheckRun(beginning, entry.settled.timeout, counts)
    entry.run = run
    this.#wakeAt(run.deadline)
    const { onValue, onError } = this.#endsOf(entry)
    try {
      const given: unknown = entry.settled.check.run(new RunContext(run))
      // A `then` of somebody else's may throw or call back twice: the engine's own, or an async function, makes one end of it.
      if (given instanceof Promise) void nativeThen.call(given, onValue, onError)
      else if (typeof given === 'object' && given !== null) void (async () => given)().then(onValue, onError)
      else onValue(given)
    } catch (error) {
      onError(error)
    }
    return run
  }

  #endsOf(entry: CheckEntry): RunEnds {
    entry.ends ??= {
      onValue: (value) => this.#ended(entry, value, undefined),
      onError: (error) => this.#ended(entry, undefined, { error }),
    }
    return entry.ends
  }

  #ended(entry: CheckEntry, value: unknown, failure: { readonly error: unknown } | undefined): void {
    const { run } = entry
    if (run === undefined) return
    run.hasEnded = true
    entry.run = undefined
    // What comes after the deadline, or from a check that is gone, can't change what is known.
    if (!run.isAbandoned && !entry.isRemoved && !this.#isClosed) {
      const { clean } = this.#parts
      const findings = failure === undefined ? readFindings(value, clean) : readFailure(failure.error, clean)
      this.#take(entry, run, findings, failure === undefined ? 'said' : 'failed', run.counts)
    }
    run.release()
  }

  #abandon(entry: CheckEntry, run: CheckRun): void {
    run.isAbandoned = true
    this.#abandoned += 1
    const { timeout } = entry.settled
    if (!this.#isClosed) {
      this.#listener.abandoned(entry, this.#abandoned)
      const findings = [unanswered(`did not answer within ${timeout} ms`)]
      this.#take(entry, run, findings, 'timed_out', run.counts)
    }
    run.abort(new DOMException(`The deadline of ${timeout} ms passed`, 'TimeoutError'))
    run.release()
  }

  // Parameters and no object of them, as below: it is done for every run of every check.
  #take(
    entry: CheckEntry,
    run: CheckRun,
    findings: readonly ReadFinding[],
    how: 'said' | 'failed' | 'timed_out',
    counts: boolean,
  ): void {
    const { clock } = this.#parts
    const { beginning, timedOut } = run
    const { startedAt, generation, epoch } = beginning
    const ending = how === 'timed_out' ? { at: clock.monotonic() } : this.#endOfBurst()
    entry.ranAt = ending.at
    entry.epoch = epoch
    // The run that is met again at every round was seen before, and that sighting stays what it was.
    const seen: Seen = run.ending === undefined ? run : { beginning, duration: ending.at - startedAt, timedOut }
    run.ending ??= ending
    const { counting, inPassing } = how === 'said' ? this.#taking : this.#takingOfAll
    this.#listener.observed(entry, entry.take(findings, seen, counts ? counting : inPassing), generation, counts)
  }

  /**
   * The time at which runs end that end together, in one go of the loop: reading the clock for each of a hundred takes as long as
   * starting them.
   */
  #endOfBurst(): Ending {
    if (this.#burst === undefined) {
      this.#burst = { at: this.#parts.clock.monotonic() }
      void resolved.then(this.#endBurst)
    }
    return this.#burst
  }

  /** A round of one check: a run, or one more failure of the run that never ended. */
  #round(entry: CheckEntry, counts: boolean): void {
    const { run } = entry
    if (run === undefined) {
      this.#start(entry, counts, this.#newBeginning())
    } else if (run.isAbandoned) {
      const seconds = Math.round((this.#parts.clock.monotonic() - run.beginning.startedAt) / 100) / 10
      const findings = [unanswered(`has not answered for ${seconds} s`)]
      this.#take(entry, run, findings, 'timed_out', counts)
    } else if (counts) {
      run.counts = true
    }
  }

  #wakeAt(time: number): void {
    if (time >= this.#timerAt || this.#isWaking || time === Infinity) return
    const { clock } = this.#parts
    this.#timer?.cancel()
    this.#timerAt = time
    this.#timer = clock.schedule(Math.max(0, Math.ceil(time - clock.monotonic())), () => this.#wake())
  }

  #wake(): void {
    const now = this.#parts.clock.monotonic()
    this.#timerAt = Infinity
    // What is begun here is looked at below, all of it for one new timer.
    this.#isWaking = true
    for (const entry of [...this.#entries]) if (!entry.isRemoved) this.#visit(entry, now)
    this.#isWaking = false
    let next = Infinity
    for (const { run, due, hastenedDue } of this.#entries) {
      const deadline = run === undefined || run.isAbandoned ? Infinity : run.deadline
      next = Math.min(next, deadline, this.#isClosed ? Infinity : Math.min(due, hastenedDue))
    }
    this.#wakeAt(next)
  }

  #visit(entry: CheckEntry, now: number): void {
    const { run, settled } = entry
    if (run !== undefined && !run.isAbandoned && now >= run.deadline) {
      const extended = extensionFor(now - run.deadline, run, settled.timeout)
      if (extended === undefined) this.#abandon(entry, run)
      else run.extend(now + extended)
    }
    if (this.#isClosed) return
    const isRound = now >= entry.due
    if (isRound) entry.due = roundAfter(entry.due, settled.interval, now)
    const isHastened = now >= entry.hastenedDue
    if (isHastened) entry.hastenedDue = roundAfter(entry.hastenedDue, this.#haste?.interval ?? Infinity, now)
    if (isRound || isHastened) this.#round(entry, isRound)
  }
}

const nativeThen = Promise.prototype.then
// `queueMicrotask` makes a resource to be followed of every call, which costs as much as ten checks.
const resolved = Promise.resolve()

function unanswered(message: string): ReadFinding {
  return { status: 'unhealthy', message, details: undefined, component: undefined }
}
