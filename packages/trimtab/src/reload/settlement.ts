import { createSnapshot } from '../model/snapshot.ts'
import type { RetryTimer } from '../primitives/time/backoff.ts'
import type { EmitterSource } from '../primitives/emitter.ts'
import type { AttemptEnd, AttemptHost } from './attempt.ts'
import { roundReports } from './durations.ts'
import type { ReloadEvent } from './events.ts'
import type { Outcome } from './outcome.ts'
import { samePending } from './outcome-of.ts'
import { type Bake, note } from './proof/bake.ts'
import type { Judge } from './proof/judge.ts'
import type { Ledger } from './proof/ledger.ts'
import type { Pass } from './queue/pass.ts'

export interface SettlementParts {
  readonly host: AttemptHost
  readonly ledger: Ledger
  readonly bake: Bake
  readonly events: EmitterSource<ReloadEvent>
  readonly loadRetry: RetryTimer
  readonly judge: Judge | undefined
}

/** Turns the end of an attempt into what is true from then on, and lets whoever waits for it hear of it in time. */
export class Settlement {
  readonly #parts: SettlementParts
  #bootFailure: unknown

  constructor(parts: SettlementParts) {
    this.#parts = parts
  }

  /** What a module threw when the boot failed, without secrets. */
  get bootFailure(): unknown {
    return this.#bootFailure
  }

  /** Settles the pass, at once or when its commit has proved itself. The state has been taken in before. */
  async conclude(pass: Pass, end: AttemptEnd, outcome: Outcome): Promise<void> {
    if (end.kind === 'applied' && !isInVain(end)) {
      pass.committed(outcome)
      await this.#await(pass, end, outcome)
      return
    }
    if (end.kind === 'undone') await this.#noteUndone()
    this.#parts.ledger.settle(pass, outcome)
  }

  /** What an attempt's end means for the state, all of it before anybody is told. */
  takeIn(pass: Pass, end: AttemptEnd): void {
    if (end.kind === 'unreadable') this.#parts.loadRetry.failed()
    else if (end.kind !== 'cancelled') this.#parts.loadRetry.reset()
    switch (end.kind) {
      case 'unreadable':
      case 'cancelled':
      case 'rehearsed':
      case 'held':
        return
      case 'refused':
        this.#parts.host.breaker.superseded(end.content?.digest)
        return
      case 'unchanged':
        this.#parts.host.breaker.close()
        this.#parts.ledger.amend({
          pending: end.plan.pendingRestart,
          layers: end.candidate.content.layers,
          secrets: end.candidate.content.secrets,
        })
        return
      case 'undone':
        this.#takeBack(end)
        return
      case 'applied':
        if (isInVain(end)) this.#takeBackAgain(end)
        else this.#commit(pass, end)
        return
      default:
        end satisfies never
    }
  }

  #takeBack({ applied, candidate }: Extract<AttemptEnd, { kind: 'undone' }>): void {
    const booted = this.#parts.ledger.committed !== undefined
    if (!booted) this.#bootFailure = applied.thrown
    // Exclusive resources that had to be started anew are in their old places.
    this.#parts.ledger.amend({ running: applied.running })
    applied.release()
    this.#parts.ledger.addStuck(applied.stuck)
    if (booted && applied.cause.kind !== 'cancelled') this.#parts.host.breaker.failed(candidate.content.digest)
  }

  /** Another try of what is outstanding, and nothing has come of it: there is nothing to commit. */
  #takeBackAgain({ applied, candidate }: Extract<AttemptEnd, { kind: 'applied' }>): void {
    this.#parts.ledger.amend({ running: applied.running })
    applied.release()
    this.#parts.host.breaker.failed(candidate.content.digest)
  }

  #commit(pass: Pass, { applied, candidate, plan, reports }: Extract<AttemptEnd, { kind: 'applied' }>): void {
    const { content, config, written, resolved } = candidate
    const before = this.#parts.ledger.committed
    const snapshot = createSnapshot<object>({
      generation: (before?.snapshot.generation ?? 0) + 1,
      config,
      written,
      resolved,
      digest: content.digest,
      layers: content.layers,
      committedAt: this.#parts.host.clock.now(),
    })
    const { layers, secrets } = content
    const next = { snapshot, running: applied.running, pending: plan.pendingRestart, layers, secrets }
    this.#parts.ledger.swap(next, plan.changes)
    applied.release()

    if (applied.outstanding.length === 0) this.#parts.host.breaker.close()
    else this.#parts.host.breaker.failed(content.digest)
    this.#parts.events.emit({
      kind: 'committed',
      id: pass.id,
      previous: before?.snapshot,
      next: snapshot,
      changes: plan.changes,
      undone: false,
      modules: roundReports(reports),
    })
    this.#parts.ledger.clearStuck(new Set(plan.steps.map((step) => step.module)))
    if (!samePending(before?.pending ?? [], plan.pendingRestart)) this.#parts.ledger.tellPending(plan.pendingRestart)
  }

  async #await(
    pass: Pass,
    { applied, candidate }: Extract<AttemptEnd, { kind: 'applied' }>,
    outcome: Outcome,
  ): Promise<void> {
    this.#parts.bake.supersede(pass)
    this.#parts.ledger.await({ pass, entries: applied.entries, content: candidate.content.digest, outcome })
    if (outcome.status === 'partial_applied') {
      // Not all of it runs: there is nothing to judge yet, and its retries go on.
      this.#parts.ledger.settle(pass, outcome)
      return
    }
    const { judge, bake } = this.#parts
    if (judge === undefined || pass.skipBake || !bake.isNeeded(judge, pass)) await bake.prove()
    else bake.ask(judge, pass)
  }

  /** The attempt has ended without a crash; the one before it may still be baking. */
  async #noteUndone(): Promise<void> {
    const { journal } = this.#parts.host
    const baking = this.#parts.ledger.unproved.at(-1)
    await note(this.#parts.host, () => (baking === undefined ? journal.settle() : journal.begin(baking.content)))
  }
}

/** Under `bestEffort`: nothing was to be changed but what failed before, and all of that failed again. */
function isInVain({ applied, candidate }: Extract<AttemptEnd, { kind: 'applied' }>): boolean {
  return applied.outstanding.length > 0 && applied.entries.length === 0 && candidate.changes.isEmpty
}
