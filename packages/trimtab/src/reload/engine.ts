import { AsyncLocalStorage } from 'node:async_hooks'
import { describeThrown, TrimtabError } from '../errors/trimtab-error.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ModuleRef } from '../modules/define-module.ts'
import type { HookHost } from '../modules/hook-context.ts'
import type { UnitId } from '../modules/instance.ts'
import { describeEnd, type LifecycleHost } from '../modules/lifecycle.ts'
import { createHookCalls } from '../modules/hook-calls.ts'
import { createLifetime } from '../modules/lifetime.ts'
import { createRetirement, type Retired, type Retirement } from '../modules/retirement.ts'
import { useResource } from '../modules/running.ts'
import { stopAll } from '../modules/stop-all.ts'
import { createEmitter, type Emitter, type EmitterSource } from '../primitives/emitter.ts'
import { type Budget, doneWithin } from '../primitives/time/budget.ts'
import { guardedLogger } from '../primitives/logger.ts'
import { createSharedAbort } from '../primitives/concurrency/shared-abort.ts'
import type { Random } from '../primitives/random.ts'
import { createRetryTimer, type RetryTimer } from '../primitives/time/backoff.ts'
import { type AttemptHost, attempt } from './attempt.ts'
import { Bake, note } from './proof/bake.ts'
import { Breaker, type BreakerOptions, type BreakerState } from './breaker.ts'
import type { Committed } from './proof/committed.ts'
import type { ReloadEvent } from './events.ts'
import type { Judge } from './proof/judge.ts'
import { Ledger } from './proof/ledger.ts'
import type { Outcome, StuckModule } from './outcome.ts'
import { outcomeOf } from './outcome-of.ts'
import { createPass, type Pass, type ReloadRequest } from './queue/pass.ts'
import { createTurns } from './queue/turns.ts'
import { Settlement } from './settlement.ts'

export interface EngineOptions {
  readonly host: Omit<AttemptHost, 'breaker' | 'committed' | 'emit' | 'lifetime' | 'runHook' | 'onJournalError'>
  readonly random: Random
  readonly breaker: BreakerOptions
  /** Absent: every commit is stable at once. */
  readonly judge: Judge | undefined
  /** How many outcomes are kept. */
  readonly historyLimit: number
  /** How many commits may wait to become stable. */
  readonly undoLimit: number
}

/** A resource that did not stop, or not cleanly, when the plane was closed. */
export interface UnfinishedUnit {
  readonly module: UnitId
  readonly error: string
}

/**
 * Takes one process from snapshot to snapshot, one pass at a time, with at most one waiting: callers that come while one
 * waits join it, and every caller's promise settles with the outcome of the pass it was part of.
 *
 *     pass ──refused, unchanged, held──► nothing moves
 *       │ applied
 *       ▼
 *     commit ──► unproved ──► proved, or undone with everything unproved before it (see `Bake`)
 */
export class Engine {
  readonly #options: EngineOptions
  readonly #host: AttemptHost
  readonly #events: EmitterSource<ReloadEvent>
  readonly #breaker: Breaker
  readonly #loadRetry: RetryTimer
  readonly #retirement: Retirement
  readonly #ledger: Ledger
  readonly #bake: Bake
  readonly #settlement: Settlement
  readonly #turns = createTurns()
  readonly #onAbort = createSharedAbort()
  readonly #hookCalls = createHookCalls()
  #waiting: Pass | undefined
  #active: Pass | undefined
  #passes = 0
  #closed = false
  /** Replaced resources that did not end well while the plane closed. */
  readonly #unfinished: UnfinishedUnit[] = []

  constructor(options: EngineOptions) {
    this.#options = options
    const { random, host } = options
    const { clock, logger } = host
    this.#events = createEmitter<ReloadEvent>((error) => this.noteListenerFailure(error))
    const again = (trigger: 'retry' | 'trial') => void this.reload({ trigger, background: true }).catch(() => {})
    this.#breaker = new Breaker(
      { clock, random, options: options.breaker },
      { retry: again, onState: (state) => this.#events.emit({ kind: 'breaker', state }) },
    )
    this.#loadRetry = createRetryTimer({ clock, random, backoff: options.breaker.backoff }, () => again('retry'))
    this.#host = {
      ...host,
      breaker: this.#breaker,
      lifetime: createLifetime(clock),
      runHook: this.#hookCalls.run,
      log: (module) => guardedLogger(host.log(module), (text) => this.#ledger.scrub(text)),
      committed: () => this.#ledger.committed?.running ?? new Map(),
      emit: (module, name, data) => this.#events.emit({ kind: 'module', module: module.name, name, data }),
      onJournalError: (message) => logger.warn(message),
    }
    // Nobody waits for the end of a replaced resource: its hook may wait for whatever it likes.
    const unawaited = {
      ...this.#host,
      runHook: async <T>(_: UnitId, __: AbortSignal, hook: () => T | PromiseLike<T>) => hook(),
    }
    this.#retirement = createRetirement(unawaited, host.graph, ({ error, ...retired }, section) => {
      const scrubbed = error === undefined ? undefined : this.#ledger.scrub(error, section)
      if (this.#closed) this.#noteEndAtClose(retired, scrubbed)
      this.#events.emit({ kind: 'retired', ...retired, error: scrubbed })
    })
    this.#ledger = new Ledger(this.#events, this.#retirement, options)
    this.#bake = new Bake({
      host: this.#host,
      ledger: this.#ledger,
      events: this.#events,
      takeTurn: (job) => this.#turns.enqueue(() => this.#verdictTurn(job), 'first'),
      lookAgain: () => again('retry'),
    })
    this.#settlement = new Settlement({
      host: this.#host,
      ledger: this.#ledger,
      bake: this.#bake,
      events: this.#events,
      loadRetry: this.#loadRetry,
      judge: options.judge,
    })
  }

  get events(): Emitter<ReloadEvent> {
    return this.#events
  }

  /** What is in force; undefined before a boot has succeeded. */
  get committed(): Committed | undefined {
    return this.#ledger.committed
  }

  /** Takes out of a text what is secret now, was so before, or can be gone back to. */
  scrub(text: string): string {
    return this.#ledger.scrub(text)
  }

  /** What hooks are given, for whoever calls further ones. */
  get hookHost(): LifecycleHost {
    return this.#host
  }

  /** Says in the log what a listener threw or rejected with, without secrets. */
  noteListenerFailure(error: unknown): void {
    this.#host.logger.warn(this.#ledger.scrub(`A listener failed: ${describeThrown(error)}`))
  }

  /** Has every snapshot shown in the moment in which it comes into force, before anybody hears of it. For one follower. */
  follow(show: (snapshot: Snapshot<object>) => void): void {
    this.#ledger.follow(show)
  }

  /** What hooks are given beside their own data. */
  get hooks(): HookHost {
    return this.#host
  }

  /** What can be gone back to. */
  get refuge(): Committed | undefined {
    return this.#ledger.refuge
  }

  /** Whether that has had its verdict: until the first one it is the boot. */
  get isProved(): boolean {
    return this.#ledger.isProved
  }

  get stuck(): readonly StuckModule[] {
    return this.#ledger.stuck
  }

  get breaker(): BreakerState {
    return this.#breaker.state
  }

  /** The newest first. */
  get outcomes(): readonly Outcome[] {
    return this.#ledger.outcomes
  }

  /** What a module threw when the boot failed, without secrets. */
  get bootFailure(): unknown {
    return this.#settlement.bootFailure
  }

  /** Whether a commit waits for its verdict. */
  get baking(): boolean {
    return this.#bake.underWay
  }

  /** The module whose hook the caller is in, while this plane waits for that hook. */
  get hookUnderWay(): UnitId | undefined {
    return this.#hookCalls.current
  }

  /** Asks for one reload. Resolves with its outcome, when that is stable or undone; rejects for its own signal and after `close`. */
  reload(request: ReloadRequest): Promise<Outcome> {
    if (this.#closed) return Promise.reject(closedError())
    const waiting = request.dryRun === true ? undefined : this.#waiting
    // One that nobody wants any more is on its way out: who comes now has nothing to do with why.
    if (waiting !== undefined && !waiting.signal.aborted) return waiting.join(request)

    this.#passes += 1
    const pass = createPass(`r${this.#passes}`, this.#onAbort)
    const outcome = pass.join(request)
    if (!pass.dryRun) this.#waiting = pass
    // Hooks run in the caller's async context, whoever's turn it is when they do.
    const inContext = AsyncLocalStorage.snapshot()
    this.#turns.enqueue(() => inContext(() => this.#turn(pass)))
    return outcome
  }

  /** Leases a module's resource for the time of `work`. */
  use<R, T>(ref: ModuleRef<R>, work: (resource: R) => T | PromiseLike<T>): Promise<T> {
    // The resource of a reference is of the type the reference carries.
    return useResource(this.#host.committed, ref, 'plane.use', (resource) => work(resource as R))
  }

  /** Takes the modules named as stuck for sound: somebody has looked after them. */
  clearStuck(): void {
    this.#ledger.clearStuck()
  }

  /** Forgets the failures and tries what is configured at once. */
  resetBreaker(): Promise<Outcome> {
    this.#breaker.close()
    return this.reload({ trigger: 'manual', background: true })
  }

  /** The time that closing has. Whoever limits it also releases it, when everything else has closed as well. */
  get closingTime(): Budget {
    return this.#host.lifetime.all
  }

  /** Leaves closing at most so many milliseconds, before or while it goes on. */
  limitClosing(milliseconds: number): void {
    this.#host.lifetime.shorten(milliseconds)
  }

  /**
   * Ends everything: waiting callers hear of it, a running reload is undone, modules stop in reverse, all of it within the
   * time that `limitClosing` left, and after `quiet`: the end of what uses resources without being told that they stop.
   * Gives what did not stop cleanly.
   */
  async close(quiet?: Promise<unknown>): Promise<readonly UnfinishedUnit[]> {
    const { graph, journal, lifetime } = this.#host
    this.#closed = true
    this.#breaker.stop()
    this.#loadRetry.reset()
    this.#bake.close(closedError())
    this.#waiting?.cancel(closedError())
    this.#active?.cancel(closedError())
    // The undo of a running reload is waited for as long as there is time.
    const turns = Promise.all([this.#turns.idle(), quiet]).then(() => this.#breaker.stop())
    const isAtRest = await doneWithin(lifetime.all, turns)
    this.#active?.fail(closedError())
    this.#waiting?.fail(closedError())
    for (const { pass } of this.#ledger.unproved) pass.fail(closedError())

    const { leaving } = this.#retirement
    const stopRest = () => stopAll(this.#host, graph, this.#ledger.instances, { drain: false, leaving })
    const stopped = await stopRest()
    // What an undo brought that was given up: it has started again what was to run, and nobody else knows of it.
    if (!isAtRest) void turns.then(stopRest)
    await doneWithin(lifetime.all, this.#retirement.idle())
    await note(this.#host, () => journal.settle())
    lifetime.drains.release()
    this.#hookCalls.pause()
    const failed = stopped.flatMap(({ unit, instance, end }) => {
      return end.kind === 'done'
        ? []
        : [{ module: unit, error: this.#ledger.scrub(describeEnd(end), instance.section) }]
    })
    const left = [...leaving.keys()].map(({ unit }) => ({
      module: unit,
      error: 'was replaced and did not stop in time',
    }))
    return [...failed, ...this.#unfinished, ...left]
  }

  #noteEndAtClose({ module, cutOff }: Omit<Retired, 'error'>, error: string | undefined): void {
    if (error !== undefined) this.#unfinished.push({ module, error })
    else if (cutOff.length > 0)
      this.#unfinished.push({ module, error: `was stopped while in use by ${cutOff.join(', ')}` })
  }

  async #turn(pass: Pass): Promise<void> {
    // A full one stays the waiting one, so that later callers join it, and has its turn after the verdict.
    if (!pass.dryRun && this.#isFull() && !pass.signal.aborted) return
    if (this.#waiting === pass) this.#waiting = undefined
    if (pass.signal.aborted) {
      pass.fail(pass.signal.reason)
      return
    }
    this.#active = pass
    try {
      await this.#carryOut(pass)
    } catch (error) {
      this.#host.logger.error(`The reload ${pass.id} met a fault of Trimtab's own: ${describeThrown(error)}`)
      pass.fail(error)
    } finally {
      this.#active = undefined
      this.#hookCalls.pause()
    }
  }

  async #verdictTurn(job: () => Promise<void>): Promise<void> {
    const wasFull = this.#isFull()
    try {
      await job()
    } catch (error) {
      this.#host.logger.error(`A verdict met a fault of Trimtab's own: ${describeThrown(error)}`)
      for (const { pass } of this.#ledger.unproved) pass.fail(error)
    } finally {
      this.#hookCalls.pause()
    }
    const waiting = this.#waiting
    if (wasFull && !this.#isFull() && waiting !== undefined) this.#turns.enqueue(() => this.#turn(waiting))
  }

  /** Too many commits wait for their verdict to take another one on top. */
  #isFull(): boolean {
    return this.#bake.underWay && this.#ledger.unproved.length >= this.#options.undoLimit
  }

  /**
   * Partial commits have no verdict to come that would make room for more. So the last place is for one of which nothing
   * is outstanding: until then a change that would be partial is undone as a whole, and tried again.
   */
  #mode(): 'atomic' | 'bestEffort' {
    const { host, undoLimit } = this.#options
    return this.#ledger.unproved.length >= undoLimit - 1 ? 'atomic' : host.policy.apply
  }

  #isJudged(pass: Pass): boolean {
    const { judge } = this.#options
    return judge !== undefined && this.#bake.isNeeded(judge, pass)
  }

  async #carryOut(pass: Pass): Promise<void> {
    const { clock } = this.#host
    const startedAt = clock.now()
    const from = clock.monotonic()
    const end = await attempt(this.#host, () => ({ ...this.#ledger.ground, mode: this.#mode() }), {
      signal: pass.signal,
      force: pass.force,
      dryRun: pass.dryRun,
      candidate: pass.candidate,
      onStart: () => this.#events.emit({ kind: 'started', id: pass.id, triggers: pass.triggers }),
    })
    if (!pass.dryRun) this.#settlement.takeIn(pass, end)
    const outcome = outcomeOf({
      pass,
      end,
      committed: this.#ledger.committed,
      startedAt,
      endedAt: clock.now(),
      duration: clock.monotonic() - from,
      bakeSkipped: pass.skipBake && this.#isJudged(pass),
    })
    await this.#settlement.conclude(pass, end, outcome)
  }
}

function closedError(): TrimtabError {
  return new TrimtabError('plane_closed', 'The plane is closed: it takes no reload any more.')
}
