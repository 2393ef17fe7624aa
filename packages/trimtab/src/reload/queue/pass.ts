import { abortReason, createController } from '../../primitives/concurrency/abort.ts'
import { type Deferred, deferred } from '../../primitives/concurrency/deferred.ts'
import type { AbortListening } from '../../primitives/concurrency/shared-abort.ts'
import type { OutsideCandidate } from '../candidate/candidate.ts'
import type { Outcome, Trigger } from '../outcome.ts'

export interface ReloadRequest {
  readonly trigger: Trigger
  /** Tries content that is held back or set aside. */
  readonly force?: boolean | undefined
  /** Takes the new snapshot as stable at its commit. */
  readonly skipBake?: boolean | undefined
  readonly dryRun?: boolean | undefined
  /** For a dry run: what the sources would say. */
  readonly candidate?: OutsideCandidate | undefined
  /** Releases its caller. A pass that nobody wants any more is dropped, or undone where it has begun. */
  readonly signal?: AbortSignal | undefined
  /** Nobody waits for it in particular: it is wanted until it has ended. */
  readonly background?: boolean | undefined
  /** When its caller hears of it: at the commit, or when that is stable or undone, which is the default. */
  readonly until?: 'committed' | 'stable' | undefined
}

/** One way through the pipeline, wanted by one or several callers. */
export interface Pass {
  readonly id: string
  readonly triggers: readonly Trigger[]
  readonly force: boolean
  readonly skipBake: boolean
  readonly dryRun: boolean
  readonly candidate: OutsideCandidate | undefined
  /** Whether somebody asked for it, and not a wake-up alone. */
  readonly isAsked: boolean
  /** Aborts when nobody wants it any more. */
  readonly signal: AbortSignal
  /** Takes part in it; the promise settles with its outcome, or rejects when the caller's signal aborts. */
  join(request: ReloadRequest): Promise<Outcome>
  /** Ends it whoever wants it: the plane is closing. */
  cancel(reason: Error): void
  /** It is in force, and may still have to prove itself. */
  committed(outcome: Outcome): void
  settle(outcome: Outcome): void
  fail(error: unknown): void
}

export function createPass(id: string, onAbort: AbortListening): Pass {
  const triggers = new Set<Trigger>()
  const callers = new Map<Deferred<Outcome>, 'committed' | 'stable'>()
  const controller = createController()
  let background = false
  let isAsked = false
  let force = false
  let skipBake = true
  let dryRun = false
  let candidate: OutsideCandidate | undefined

  const finish = (end: (caller: Deferred<Outcome>) => void) => {
    for (const caller of callers.keys()) end(caller)
    callers.clear()
  }
  return {
    id,
    get triggers() {
      return [...triggers]
    },
    get force() {
      return force
    },
    get skipBake() {
      return skipBake
    },
    get dryRun() {
      return dryRun
    },
    get candidate() {
      return candidate
    },
    get isAsked() {
      return isAsked
    },
    signal: controller.signal,
    join(request) {
      triggers.add(request.trigger)
      force ||= request.force ?? false
      // The careful caller wins: the bake is left out only when everybody asked for that.
      skipBake &&= request.skipBake ?? false
      dryRun ||= request.dryRun ?? false
      candidate ??= request.candidate
      background ||= request.background ?? false
      isAsked ||= request.background !== true

      const caller = deferred<Outcome>()
      callers.set(caller, request.until ?? 'stable')
      const release = onAbort(request.signal, () => {
        callers.delete(caller)
        caller.reject(abortReason(request.signal))
        if (callers.size === 0 && !background) controller.abort(abortReason(request.signal))
      })
      caller.promise.then(release, release)
      return caller.promise
    },
    cancel(reason) {
      controller.abort(reason)
    },
    committed(outcome) {
      for (const [caller, until] of callers) {
        if (until !== 'committed') continue
        callers.delete(caller)
        caller.resolve(outcome)
      }
    },
    settle(outcome) {
      finish((caller) => caller.resolve(outcome))
    },
    fail(error) {
      finish((caller) => caller.reject(error))
    },
  }
}
