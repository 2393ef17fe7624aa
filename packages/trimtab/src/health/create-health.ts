import { describeThrown, TrimtabError } from '../errors/trimtab-error.ts'
import { abortable, abortReason } from '../primitives/concurrency/abort.ts'
import type { Clock } from '../primitives/time/clock.ts'
import type { Disposer } from '../primitives/disposers.ts'
import { createEmitter, type Emitter, type EmitterSource } from '../primitives/emitter.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Random } from '../primitives/random.ts'
import type { Phase } from '../primitives/time/phase.ts'
import { aggregate, aggregateNames, type Aggregates, type WeighedReport } from './aggregate.ts'
import type { Finding, HealthCheck } from './check.ts'
import { CheckEntry, type Transition } from './collector/check-entry.ts'
import { Collector } from './collector/collector.ts'
import { seenAt, type Sighting } from './collector/sighting.ts'
import { readFindings } from './finding/read-findings.ts'
import type { CollectOptions, Health, HealthEvent } from './health.ts'
import { News } from './news.ts'
import { orderedEmitter } from './ordered-events.ts'
import { Remedies, type RemedyHost } from './remedies.ts'
import type { HealthAnswer, HealthReport } from './report.ts'
import { checkForeignName, checkIsObject, isRequired, type SettledCheck, settleCheck } from './settle-check.ts'
import { SharedAnswer } from './shared-answer.ts'

export interface HealthParts {
  readonly clock: Clock
  readonly random: Random
  /** Where in its interval the rounds of a check begin, by its name: anywhere, by chance. */
  readonly phase?: Phase | undefined
  /** The generation of the snapshot in force; 0 before there is one. */
  readonly generation: () => number
  /** Milliseconds that what a run found is current for who asks: 250. */
  readonly cacheFor?: number | undefined
  /** Takes secrets out of what checks say. */
  readonly clean?: ((text: string) => string) | undefined
  readonly logger: Logger
  /** Carries out remedies. Without it a check that has one is refused. */
  readonly remedies?: RemedyHost | undefined
  /** Runs work in the name of nobody who asks: what checks find, and who is told of it, is for all. */
  readonly outside?: (<T>(work: () => T) => T) | undefined
  /** Whether rounds wait for `begin`. */
  readonly isHeld?: boolean | undefined
}

export const healthDefaults = { cacheFor: 250 } as const

/** What one run of a check saw, before damping. */
interface Observation {
  readonly check: string
  /** Of the snapshot that was in force when the run began. */
  readonly generation: number
  readonly reports: readonly HealthReport[]
}

/** Who adds a check for somebody else. */
interface AddOptions {
  /** What its reports name as component where its findings name none. */
  readonly component?: string | undefined
  /** False for a check that is never to decide about a reload. */
  readonly isJudged?: boolean | undefined
}

/** A check of the plane's own, which is told what it finds. */
export interface ToldCheck {
  tell(finding: Finding): void
}

/** `Health`, with what the plane alone does with it. */
export interface HealthCore extends Health {
  /** As `add`, with names that nobody else may use. */
  addOwn(check: HealthCheck, options?: AddOptions): Disposer
  /** Adds a check that runs nothing. Its reports come after those of the others. */
  addTold(check: Omit<HealthCheck, 'run'>): ToldCheck
  /** Every run of every check. */
  readonly observations: Emitter<Observation>
  /** Names of checks, in the moment in which one comes or goes. */
  readonly membership: Emitter<string>
  /** Whether there is a check of that name, other than those that are told. */
  has(name: string): boolean
  /** The checks that may decide about a reload, with what they count as. */
  readonly judged: readonly JudgedCheck[]
  /** Runs the checks of these names at least every `interval` milliseconds until the returned function is called. */
  hasten(interval: number, concerns: (name: string) => boolean): Disposer
  /** Begins the rounds of a health that was held. */
  begin(): void
  /** From now on, and for good, readiness is unhealthy. */
  drain(reason: string): void
  readonly isDraining: boolean
  /** Starts nothing any more; resolves when what is under way has ended or was given up. Nothing moves afterwards. */
  close(): Promise<void>
}

export interface JudgedCheck {
  readonly settled: SettledCheck
  readonly reports: readonly HealthReport[]
  /** False where it has never run. */
  readonly hasVerdict: boolean
  /** Whether a remedy that it asked for is being applied, or in force: then it fails, whatever damping says so far. */
  readonly isRemedied: boolean
}

/** The health of one process. Its rounds begin with the first check. */
export function createHealth(parts: HealthParts): HealthCore {
  return new HealthOfProcess(parts)
}

class HealthOfProcess implements HealthCore {
  readonly #parts: HealthParts
  readonly #events: EmitterSource<HealthEvent>
  readonly observations: Emitter<Observation>
  readonly #observations: EmitterSource<Observation>
  /** Asked at every run of every check, and nearly always 0. */
  #observers = 0
  readonly #membership: EmitterSource<string>
  readonly #collector: Collector
  readonly #remedies: Remedies
  readonly #news = new News()
  readonly #entries = new Map<string, CheckEntry>()
  readonly #told = new Map<string, CheckEntry>()
  #aggregates: Aggregates = aggregate([], undefined)
  #answer: HealthAnswer | undefined
  #version = 0
  #draining: string | undefined
  #isClosed = false
  #closing: Promise<void> | undefined

  constructor(parts: HealthParts) {
    this.#parts = parts
    const { clock, random, generation, logger } = parts
    const { cacheFor = healthDefaults.cacheFor, clean = (text) => text, phase = () => random() } = parts
    const onListenerError = (error: unknown) =>
      logger.warn(clean(`A listener of health failed: ${describeThrown(error)}`))
    this.#events = orderedEmitter(onListenerError)
    this.#observations = createEmitter(onListenerError)
    this.observations = { on: (listener) => this.#observe(listener) }
    this.#membership = createEmitter(onListenerError)
    this.#remedies = new Remedies(parts.remedies, (event) => this.#events.emit(event))
    this.#collector = new Collector(
      { clock, phase, generation, cacheFor, clean },
      {
        abandoned: ({ settled }, abandoned) => this.#events.emit({ kind: 'abandoned', check: settled.name, abandoned }),
        observed: (entry, transitions, seenIn, isRound) => {
          if (transitions.length === 0) this.#answer = undefined
          else this.#changed(transitions)
          if (isRound && !this.#remedies.isEmpty) this.#remedies.note(entry.settled, entry.isFailing)
          if (this.#observers === 0) return
          this.#observations.emit({ check: entry.settled.name, generation: seenIn, reports: entry.reports })
        },
      },
    )
    if (parts.isHeld !== true) this.#collector.begin()
  }

  get events(): Emitter<HealthEvent> {
    return this.#events
  }

  get answer(): HealthAnswer {
    this.#answer ??= this.#newAnswer()
    return this.#answer
  }

  get membership(): Emitter<string> {
    return this.#membership
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  get judged(): readonly JudgedCheck[] {
    return [...this.#entries.values()].filter(isJudged).map((entry) => ({
      settled: entry.settled,
      reports: entry.reports,
      hasVerdict: entry.hasVerdict,
      isRemedied: this.#remedies.isUnderWay(entry.settled),
    }))
  }

  get isDraining(): boolean {
    return this.#draining !== undefined
  }

  add(check: HealthCheck): Disposer {
    checkIsObject(check)
    checkForeignName(check)
    return this.addOwn(check)
  }

  addOwn(check: HealthCheck, { component, isJudged: judged = true }: AddOptions = {}): Disposer {
    const settled = settleCheck(check)
    const entry = this.#newEntry(settled, { component, isJudged: judged, isTold: false })
    this.#remedies.admit(settled)
    // The timer that this begins goes on to serve every check.
    this.#outside(() => this.#admit(entry))
    return () => this.#outside(() => this.#dismiss(entry))
  }

  #admit(entry: CheckEntry): void {
    const { name } = entry.settled
    this.#entries.set(name, entry)
    this.#collector.add(entry)
    this.#changed([], true)
    this.#membership.emit(name)
  }

  #dismiss(entry: CheckEntry): void {
    const { settled } = entry
    if (entry.isRemoved || this.#isClosed) return
    this.#entries.delete(settled.name)
    this.#collector.remove(entry)
    this.#remedies.forget(settled)
    this.#changed([], true)
    this.#membership.emit(settled.name)
    giveBack(settled)
  }

  addTold(check: Omit<HealthCheck, 'run'>): ToldCheck {
    // One observation is the truth and not a sample of it: there is nothing to damp.
    const settled = settleCheck({ ...check, fall: 1, rise: 1, run: () => {} })
    const entry = this.#newEntry(settled, { component: undefined, isJudged: false, isTold: true })
    this.#told.set(settled.name, entry)
    return {
      tell: (finding) => {
        if (this.#isClosed) return
        const { clock, generation, clean = (text) => text } = this.#parts
        const at = clock.now()
        const taking = { counts: true, isAboutAll: false, now: () => at }
        this.#changed(entry.take(readFindings(finding, clean), seenAt(at, generation()), taking))
      },
    }
  }

  async check({ fresh = false, signal }: CollectOptions = {}): Promise<HealthAnswer> {
    if (signal?.aborted) throw abortReason(signal)
    const collected = this.#outside(() => this.#collector.collect(fresh))
    if (collected !== undefined) await (signal === undefined ? collected : abortable(collected, signal))
    return this.answer
  }

  hasten(interval: number, concerns: (name: string) => boolean): Disposer {
    return this.#collector.hasten({ interval, concerns: ({ settled }) => concerns(settled.name) })
  }

  begin(): void {
    this.#collector.begin()
  }

  drain(reason: string): void {
    if (this.#draining !== undefined) return
    this.#draining = reason
    this.#changed([], true)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#isClosed = true
    await this.#collector.close()
    // Not before: a run that is under way may use it.
    for (const { settled } of this.#entries.values()) giveBack(settled)
  }

  #newEntry(
    settled: SettledCheck,
    options: {
      readonly component: string | undefined
      readonly isJudged: boolean
      readonly isTold: boolean
    },
  ): CheckEntry {
    const { name } = settled
    if (this.#isClosed)
      throw new TrimtabError('plane_closed', `The health check ${name} comes too late: the plane is closed.`)
    if (this.#entries.has(name) || this.#told.has(name))
      throw new TrimtabError('option_invalid', `Two health checks are called ${name}. Rename one of them.`)
    return new CheckEntry(settled, { ...options, addedAt: this.#parts.clock.now() })
  }

  #observe(listener: (observation: Observation) => unknown): Disposer {
    const stop = this.#observations.on(listener)
    const count = () => {
      this.#observers = this.#observations.size
    }
    count()
    return () => {
      stop()
      count()
    }
  }

  /** What is known is another thing now: who asks gets a new answer, and what moved is told. */
  #changed(transitions: readonly Transition[], isOther = transitions.length > 0): void {
    this.#answer = undefined
    if (!isOther) return
    const before = this.#aggregates
    const next = aggregate(this.#weighed(), this.#draining)
    this.#aggregates = next
    this.#outside(() => {
      for (const news of this.#news.of(transitions)) this.#events.emit({ kind: 'transition', ...news })
      for (const of of aggregateNames) {
        if (next[of].status === before[of].status) continue
        this.#events.emit({ kind: 'aggregate', of, next: next[of], previous: before[of] })
      }
    })
  }

  #outside<T>(work: () => T): T {
    const { outside } = this.#parts
    return outside === undefined ? work() : outside(work)
  }

  get #sightings(): readonly Sighting[] {
    const sightings: Sighting[] = []
    for (const entry of this.#entries.values()) entry.collect(sightings)
    for (const entry of this.#told.values()) entry.collect(sightings)
    return sightings
  }

  #weighed(): readonly WeighedReport[] {
    return [...this.#entries.values(), ...this.#told.values()].flatMap(({ reports, isAwaited, settled }) =>
      reports.map((report) => ({ report, isAwaited, failReadiness: settled.failReadiness })),
    )
  }

  #newAnswer(): HealthAnswer {
    this.#version += 1
    return new SharedAnswer(this.#aggregates, this.#sightings, this.#version, this.#parts.clock.now())
  }
}

function isJudged(entry: CheckEntry): boolean {
  return entry.isJudged && !entry.isTold && isRequired(entry.settled)
}

function giveBack({ check }: SettledCheck): void {
  try {
    check.close?.()
  } catch {
    // It is gone: there is nothing that could be done about it.
  }
}
