import type { OutcomeStatus } from 'trimtab'

const threshold = 3
const backoff = { initial: 2_000, max: 120_000 }
const undoLimit = 8
/** Half of the ceiling: the tests' chance always says 0.5. */
const delayAfter = (failures: number): number => Math.min(backoff.max, backoff.initial * 2 ** (failures - 1)) / 2

/** 4 can't be taken in; 5 neither, and it can't be taken back. */
export const isFailing = (value: number): boolean => value === 4 || value === 5
export const isHealthy = (value: number): boolean => value < 3

interface Failing {
  readonly value: number
  readonly failures: number
  readonly retryAt: number
  /** Whether the timer of that retry has not fired yet. */
  due: boolean
}

/** What health says of what is in force: well, worse than what it can go back to, or no worse than a boot that is no better. */
export const verdicts = ['good', 'worse', 'as_bad'] as const
export type ModelVerdict = (typeof verdicts)[number]

/** The reload state machine as it is promised, in a page: one module, one number, time in milliseconds. */
export class EngineModel {
  committed = 0
  /** What can be gone back to: the boot, until anything has had its verdict. */
  refuge = 0
  isProved: boolean
  generation = 1
  stuck = false
  readonly settled: OutcomeStatus[] = []
  /** How many outcomes warn that health says no. */
  warned = 0
  unproved: number[]
  #source: number | undefined = 0
  #failing: Failing | undefined
  #load: { readonly failures: number; readonly retryAt: number | undefined } = { failures: 0, retryAt: undefined }
  #waiting: { readonly asked: boolean } | undefined
  readonly #aside = new Set<number>()
  readonly #trusted = new Set<number>()
  #now = 0

  /** `isProved`: the boot has had its verdict. */
  constructor(isProved: boolean) {
    this.isProved = isProved
    this.unproved = isProved ? [] : [0]
    if (isProved) this.#trusted.add(0)
  }

  get breakerKind(): 'closed' | 'failing' | 'open' {
    if (this.#failing === undefined) return 'closed'
    return this.#failing.failures >= threshold ? 'open' : 'failing'
  }

  /** Undefined: the source can't be read. */
  edit(value: number | undefined): void {
    this.#source = value
    this.reload()
  }

  /** `asked`: by somebody, and not by a wake-up alone. */
  reload(asked = false): void {
    if (this.unproved.length < undoLimit) {
      this.#pass(asked)
      return
    }
    this.#waiting = { asked: asked || this.#waiting?.asked === true }
  }

  verdict(verdict: ModelVerdict): void {
    if (this.unproved.length === 0) return
    const isKept = this.#isKept(verdict)
    const goesBack = verdict !== 'good' && !isKept
    // A boot that is gone back to before it has proved itself is judged on.
    const stays = goesBack && !this.isProved ? 1 : 0
    const waited = this.unproved.slice(stays)
    this.unproved = this.unproved.slice(0, stays)
    // Undone to the very content that was in force: nobody may go on hearing that something else is configured.
    const looksAgain = goesBack && this.committed === this.refuge
    if (goesBack) this.#goBack()
    else this.#prove(isKept)
    for (const _ of waited) this.settled.push(goesBack ? 'rolled_back' : 'full_success')
    if (isKept) this.warned += waited.length
    const waiting = this.#waiting ?? (looksAgain ? { asked: false } : undefined)
    this.#waiting = undefined
    if (waiting !== undefined) this.#pass(waiting.asked)
  }

  advance(milliseconds: number): void {
    const until = this.#now + milliseconds
    for (;;) {
      const retry = this.#failing?.due === true ? this.#failing.retryAt : Number.POSITIVE_INFINITY
      const load = this.#load.retryAt ?? Number.POSITIVE_INFINITY
      const next = Math.min(retry, load)
      if (next > until) break
      this.#now = next
      if (next === retry && this.#failing !== undefined) this.#failing.due = false
      if (next === load) this.#load = { ...this.#load, retryAt: undefined }
      this.reload()
    }
    this.#now = until
  }

  /** There is nothing to go back to, or nothing better. */
  #isKept(verdict: ModelVerdict): boolean {
    if (verdict === 'good' || this.isProved) return false
    return this.unproved.length === 1 || verdict === 'as_bad'
  }

  #prove(isKept: boolean): void {
    this.refuge = this.committed
    this.isProved = true
    this.#trusted.add(this.committed)
    if (!isKept) this.#aside.delete(this.committed)
  }

  #goBack(): void {
    this.generation += 1
    if (this.committed !== this.refuge) this.#aside.add(this.committed)
    this.committed = this.refuge
  }

  #pass(asked: boolean): void {
    const value = this.#source
    if (value === undefined) {
      const failures = this.#load.failures + 1
      this.#load = { failures, retryAt: this.#now + delayAfter(failures) }
      this.settled.push('load_failed')
      return
    }
    this.#load = { failures: 0, retryAt: undefined }
    if (this.#isHeld(value)) {
      this.settled.push('circuit_open')
      return
    }
    if (this.#failing !== undefined && this.#failing.value !== value) this.#failing = undefined
    if (
      (this.#aside.has(value) && value !== this.committed) ||
      (value === 3 && (value !== this.committed || this.stuck))
    ) {
      this.settled.push('validation_failed')
      return
    }
    if (value === this.committed && !this.stuck) {
      this.#failing = undefined
      const last = this.settled.at(-1) ?? 'full_success'
      if (asked || (last !== 'full_success' && last !== 'unchanged')) this.settled.push('unchanged')
      return
    }
    if (isFailing(value)) this.#fail(value)
    else this.#commit(value)
  }

  #isHeld(value: number): boolean {
    const failing = this.#failing
    if (failing === undefined || failing.value !== value || failing.failures < threshold) return false
    return !this.#trusted.has(value) && this.#now < failing.retryAt
  }

  #fail(value: number): void {
    const failures = this.#failing === undefined ? 1 : this.#failing.failures + 1
    this.#failing = { value, failures, retryAt: this.#now + delayAfter(failures), due: true }
    // A stuck module is replaced, and a start that fails leaves nothing to undo.
    const becomesStuck = value === 5 && !this.stuck
    this.stuck ||= becomesStuck
    this.settled.push(becomesStuck ? 'stuck' : 'rolled_back')
  }

  #commit(value: number): void {
    this.#failing = undefined
    this.stuck = false
    this.committed = value
    this.generation += 1
    this.unproved.push(value)
  }
}
