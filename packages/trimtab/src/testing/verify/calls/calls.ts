import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { describeThrown } from '../../../errors/trimtab-error.ts'
import { childController, onAbort } from '../../../primitives/concurrency/abort.ts'
import type { Clock } from '../../../primitives/time/clock.ts'
import { type Belonging, type Belongings, followBelongings } from './belongings.ts'
import type { Call } from './call.ts'
import { describeFailure } from './describe-failure.ts'
import type { Findings } from '../findings.ts'
import { watchLoop } from './loop-watch.ts'
import type { VerifiedHook, VerifyRuleId } from '../rules.ts'
import { catchStrays } from './strays.ts'
import { turns, waitUntil } from './turns.ts'

/** How long what is verified may take, in milliseconds. */
export interface CallLimits {
  readonly deadline: number
  /** After a signal has aborted, and for what is closing. */
  readonly grace: number
  /** Without a turn of the event loop. */
  readonly blocked: number
}

export interface CallRequest<T> {
  readonly hook: VerifiedHook
  readonly signal?: AbortSignal | undefined
  /** Aborts the signal in the next turn of the event loop. */
  readonly cutShort?: boolean | undefined
  /** The rule that is broken when it throws, where that means more than that it throws. */
  readonly failsAs?: VerifyRuleId | undefined
  /** What may be thrown. */
  readonly forgives?: ((error: unknown) => boolean) | undefined
  readonly run: (signal: AbortSignal) => T | PromiseLike<T>
}

/**
 * Calls hooks and watches them: what they throw, how long they keep the loop, what they leave, whether they end. What a
 * hook gives or throws is passed on as it is.
 */
export class Calls {
  readonly #clock: Clock
  readonly #findings: Findings
  readonly #limits: CallLimits
  readonly #owners = new AsyncLocalStorage<Call>()
  readonly #belongings: Belongings
  readonly #release: () => void
  readonly #all: Call[] = []
  /** Of calls that are going on. */
  readonly #watches = new Set<() => number>()
  #begun = 0

  constructor(clock: Clock, findings: Findings, limits: CallLimits) {
    this.#clock = clock
    this.#findings = findings
    this.#limits = limits
    this.#belongings = followBelongings(this.#owners)
    this.#release = catchStrays(this.#owners, ({ owner, error, kind }) => {
      const how = kind === 'exception' ? 'an exception that nobody can catch' : 'a rejection that nobody handles'
      findings.add('throws-later', owner.hook, `left ${how}: ${describeThrown(error)}`)
    })
  }

  async run<T>({ hook, signal: given, cutShort = false, failsAs, forgives, run }: CallRequest<T>): Promise<T> {
    const { controller, release } = childController(given)
    const { signal } = controller
    const call: Call = { hook, signal, state: 'open', abortedAt: undefined, isCutShort: cutShort, stall: 0 }
    this.#all.push(call)
    const stopTiming = onAbort(signal, () => {
      call.abortedAt = this.#clock.monotonic()
    })
    const stopWatching = watchLoop(this.#clock)
    this.#watches.add(stopWatching)
    if (cutShort) void turns(1).then(() => controller.abort(new DOMException('The step was cancelled', 'AbortError')))
    try {
      const value = await this.#owners.run(call, async () => run(signal))
      call.state = 'done'
      return value
    } catch (error) {
      call.state = 'failed'
      if (call.abortedAt === undefined && forgives?.(error) !== true) this.#noteFailure(hook, error, failsAs)
      throw error
    } finally {
      release()
      stopTiming()
      this.#watches.delete(stopWatching)
      call.stall = stopWatching()
      this.#noteEnd(call)
    }
  }

  /** As `run`, for what answers at once. */
  ask<T>(hook: VerifiedHook, ask: () => T): T {
    const call: Call = { hook, signal: undefined, state: 'done', abortedAt: undefined, isCutShort: false, stall: 0 }
    const startedAt = this.#clock.monotonic()
    this.#all.push(call)
    try {
      return this.#owners.run(call, ask)
    } catch (error) {
      call.state = 'failed'
      this.#noteFailure(hook, error, undefined)
      throw error
    } finally {
      call.stall = this.#clock.monotonic() - startedAt
    }
  }

  /** Follows who listens to what a hook is given. */
  follow(thing: unknown, name: string): void {
    this.#belongings.follow(thing, name)
  }

  /** Begins a scenario. */
  begin(): void {
    this.#begun = this.#all.length
  }

  /** Whether a hook has failed or not ended in time in this scenario, be it because it was told to. */
  get isTroubled(): boolean {
    return this.#all.slice(this.#begun).some(({ state, abortedAt }) => state !== 'done' || abortedAt !== undefined)
  }

  /** How often a hook was called, in this scenario or in all of them. */
  count(hook: VerifiedHook, scope: 'scenario' | 'all'): number {
    const calls = scope === 'all' ? this.#all : this.#all.slice(this.#begun)
    return calls.filter((call) => call.hook === hook).length
  }

  /** What the calls so far have left open, once it had its time to close. */
  async settled(isFewEnough: (open: readonly Belonging[]) => boolean): Promise<readonly Belonging[]> {
    await turns(5)
    await waitUntil(this.#clock, this.#limits.grace, () => isFewEnough(this.#belongings.open()))
    return this.#belongings.open()
  }

  /** Says so where there was more open after each round than after the one before. */
  noteGrowth(counts: readonly number[], open: readonly Belonging[]): void {
    const isGrowing = counts.every((count, index) => index === 0 || count > (counts[index - 1] ?? 0))
    const newest = open.at(-1)
    if (!isGrowing || newest === undefined) return
    const rules = { timer: 'leaks-timer', handle: 'leaks-handle', listener: 'leaks-listener' } as const
    const text = `has more open after every round (${counts.join(', ')}), the last is ${newest.what}`
    this.#findings.add(rules[newest.kind], newest.owner.hook, text)
  }

  /** To be called when nothing runs any more: says what was left, and forgets it. */
  async noteLeft(): Promise<void> {
    const left = await this.settled((open) => open.length === 0)
    for (const { kind, what, owner } of left) {
      // What still goes on may still need it, and is found for that.
      if (this.#all.some((call) => call.hook === owner.hook && call.state === 'open')) continue
      const when = owner.isCutShort ? ' when it was cancelled' : owner.state === 'failed' ? ' when it failed' : ''
      const isOwned = owner.state === 'done' && ['start', 'reload', 'undo'].includes(owner.hook)
      if (kind === 'timer') this.#findings.add('leaks-timer', owner.hook, `left${when} ${what}`)
      else if (kind === 'listener') this.#findings.add('leaks-listener', owner.hook, `left${when} ${what}`)
      else if (isOwned) this.#findings.add('alive-after-stop', 'stop', `left ${what} in ${owner.hook}`)
      else this.#findings.add('leaks-handle', owner.hook, `left${when} ${what}`)
    }
    for (const { hook, signal, state } of this.#all.slice(this.#begun)) {
      if (signal === undefined || state === 'open' || getEventListeners(signal, 'abort').length === 0) continue
      this.#findings.add('leaks-signal-listener', hook, 'still listens to its signal after it has ended')
    }
    this.#belongings.forget()
  }

  /** Says what has not ended, after it had time to; what ends later is nobody's any more. */
  async finish(budget: number): Promise<void> {
    const { deadline, blocked, grace } = this.#limits
    const open = () => this.#all.filter(({ state }) => state === 'open')
    await waitUntil(this.#clock, Math.min(deadline, Math.max(grace, budget)), () => open().length === 0)
    for (const { hook } of open()) {
      this.#findings.add('hook-hangs', hook, `did not end within ${deadline} ms, and not in the time after that`)
      this.#findings.add('ignores-signal', hook, `had not ended when its signal had aborted long ago`)
    }
    for (const hook of new Set(this.#all.map((call) => call.hook))) {
      const calls = this.#all.filter((call) => call.hook === hook)
      const stalls = calls.map(({ stall }) => stall).sort((a, b) => b - a)
      // A machine that is busy elsewhere, or a package that is loaded, makes the first call slow and not the next.
      const stall = stalls[Math.min(1, stalls.length - 1)] ?? 0
      if (stall > blocked) {
        const often = stalls.filter((each) => each > blocked).length
        const text = `kept the event loop for ${Math.round(stall)} ms, in ${often} of ${calls.length} calls`
        this.#findings.add('blocks-loop', hook, text)
      }
    }
  }

  close(): void {
    for (const stopWatching of this.#watches) stopWatching()
    this.#release()
    this.#belongings.close()
  }

  #noteFailure(hook: VerifiedHook, error: unknown, failsAs: VerifyRuleId | undefined): void {
    const { rule, message } = describeFailure(error)
    this.#findings.add(failsAs ?? rule, hook, message)
  }

  #noteEnd({ hook, abortedAt, isCutShort, state }: Call): void {
    if (abortedAt === undefined) return
    const after = this.#clock.monotonic() - abortedAt
    const { grace, deadline } = this.#limits
    if (after > grace)
      this.#findings.add('ignores-signal', hook, `ended ${Math.round(after)} ms after its signal had aborted`)
    if (isCutShort) return
    if (state === 'done') {
      const text = `ended well ${Math.round(after)} ms after its deadline of ${deadline} ms`
      this.#findings.add('returns-late', hook, text)
    } else this.#findings.add('hook-hangs', hook, `did not end within ${deadline} ms`)
  }
}
