import { describeThrown } from '../../errors/trimtab-error.ts'
import { createChanges } from '../../model/changes.ts'
import { diffTrees } from '../../model/diff.ts'
import { createSnapshot } from '../../model/snapshot.ts'
import { closeGap } from '../../modules/instance.ts'
import type { HealthReport } from '../../health/report.ts'
import { cleanData } from '../../model/secrecy/clean-data.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { abortable } from '../../primitives/concurrency/abort.ts'
import type { EmitterSource } from '../../primitives/emitter.ts'
import type { AttemptHost } from '../attempt.ts'
import type { Committed } from './committed.ts'
import type { BakeEvent, ReloadEvent } from '../events.ts'
import type { Judge, Verdict } from './judge.ts'
import type { Ledger } from './ledger.ts'
import { roundMilliseconds } from '../durations.ts'
import { keptUnhealthy, rolledBack, samePending } from '../outcome-of.ts'
import type { Pass } from '../queue/pass.ts'
import { createStepHost } from '../two-phase/step-host.ts'
import { goBack } from '../two-phase/way-back.ts'

/** What a judge has been asked and has not answered. */
interface Question {
  readonly judge: Judge
  readonly pass: Pass
  readonly controller: AbortController
  /** On the monotonic clock. */
  readonly askedAt: number
}

export interface BakeParts {
  readonly host: AttemptHost
  readonly ledger: Ledger
  readonly events: EmitterSource<ReloadEvent>
  /** Gives a verdict its turn, before the reloads that wait. */
  readonly takeTurn: (job: () => Promise<void>) => void
  /** Has what is configured looked at once more, in the background. */
  readonly lookAgain: () => void
}

/**
 * Decides what becomes of unproved commits.
 *
 *     ask ──stable──► prove: old resources end, callers hear full_success
 *      │ └─unhealthy─► go back: every unproved commit undone in reverse, committed as one, callers hear rolled_back
 *      │    Where that leads to a boot that is unproved itself, the boot is asked about again. Where nothing can be gone
 *      │    back to, or it is no better, what is there is kept, and whoever hears of it is warned.
 *      └─ a later commit asks again: the earlier question ends, and a late answer to it means nothing
 *
 * A verdict takes a turn in the queue. When a reload that was under way is committed first, it supersedes that verdict.
 */
export class Bake {
  readonly #parts: BakeParts
  #question: Question | undefined
  #closed = false

  constructor(parts: BakeParts) {
    this.#parts = parts
  }

  /** Whether a judge has been asked and has not been heard. */
  get underWay(): boolean {
    return this.#question !== undefined
  }

  /** Ends the question that is open, and asks no more: the plane closes. */
  close(reason: Error): void {
    this.#closed = true
    this.stop(reason)
  }

  /** Ends the question that is open: another reload was committed on top. */
  supersede(by: Pass): void {
    const question = this.#question
    if (question === undefined) return
    this.#tell(question, { kind: 'superseded', by: by.id, duration: this.#since(question) })
    this.stop(new Error('A later reload was committed on top'))
  }

  /** Ends the question that is open. */
  stop(reason: Error): void {
    this.#question?.controller.abort(reason)
    this.#question = undefined
  }

  /** Whether the judge has anything to decide by. One that can't say is asked. */
  isNeeded(judge: Judge, pass: Pass): boolean {
    const { committed, refuge } = this.#parts.ledger
    if (committed === undefined) return false
    try {
      return judge.isNeeded?.({ reload: pass.id, candidate: committed.snapshot, stable: refuge?.snapshot }) !== false
    } catch {
      return true
    }
  }

  ask(judge: Judge, pass: Pass): void {
    const { ledger, takeTurn } = this.#parts
    const { committed, refuge } = ledger
    if (committed === undefined || this.#closed) return
    const controller = new AbortController()
    const question: Question = { judge, pass, controller, askedAt: this.#parts.host.clock.monotonic() }
    this.#question = question
    this.#tell(question, { kind: 'started', stable: refuge?.snapshot.generation })
    const bake = { reload: pass.id, candidate: committed.snapshot, stable: refuge?.snapshot }
    const answer = async (): Promise<Verdict> => {
      try {
        // A judge that ignores its signal must not keep the plane from closing.
        return readVerdict(await abortable(judge.judge(bake, controller.signal), controller.signal))
      } catch (error) {
        return { kind: 'unhealthy', reasons: [`the judge failed: ${describeThrown(error)}`] }
      }
    }
    void answer().then((verdict) => {
      takeTurn(async () => {
        if (this.#question !== question) return
        this.#question = undefined
        await this.#conclude(question, verdict)
      })
    })
  }

  async prove(): Promise<void> {
    const { ledger, host } = this.#parts
    const proved = ledger.prove()
    if (ledger.committed !== undefined) await note(host, () => keepStable(host, ledger.committed))
    for (const { pass, outcome } of proved) if (outcome.status !== 'partial_applied') ledger.settle(pass, outcome)
  }

  async #conclude(question: Question, verdict: Verdict): Promise<void> {
    const duration = this.#since(question)
    if (verdict.kind === 'stable') {
      this.#tell(question, { kind: 'stable', duration })
      await this.prove()
      return
    }
    // What a judge says may quote what it asked.
    const reasons = verdict.reasons.map((reason) => this.#parts.ledger.scrub(reason))
    const { committed, refuge, isProved } = this.#parts.ledger
    if (committed === undefined) return
    // A boot that was as bad is no way back: what is there stays, and never becomes the last known good.
    const target = verdict.failedBefore === true && !isProved ? undefined : refuge
    this.#tell(question, { kind: target === undefined ? 'kept' : 'undone', reasons, duration })
    const reports = verdict.reports?.map((report) => this.#cleaned(report)) ?? []
    if (target === undefined) await this.#keep(reasons)
    else await this.#goBack({ reasons, reports }, committed, target)
    await this.#askAgain(question.judge)
  }

  #tell(question: Question, step: BakeEvent['step']): void {
    this.#parts.events.emit({ kind: 'bake', id: question.pass.id, step })
  }

  #since({ askedAt }: Question): number {
    return roundMilliseconds(this.#parts.host.clock.monotonic() - askedAt)
  }

  /** A report that a judge hands on may quote what it asked as well. */
  #cleaned(report: HealthReport): HealthReport {
    const clean = (text: string) => this.#parts.ledger.scrub(text)
    const { message, details } = report
    return Object.freeze({
      ...report,
      message: message === undefined ? undefined : clean(message),
      // A record of JSON stays one.
      details: details === undefined ? undefined : (cleanData(details, clean) as JsonObject),
    })
  }

  async #goBack(
    { reasons, reports }: { readonly reasons: readonly string[]; readonly reports: readonly HealthReport[] },
    before: Committed,
    target: Committed,
  ): Promise<void> {
    const { ledger, host, events } = this.#parts
    const { unproved } = ledger
    const steps = createStepHost(host, {
      previous: before.snapshot,
      next: target.snapshot,
      secrets: ledger.secrets,
      basis: host.basis,
    })
    const { running, stuck, undone: units, gaps } = await goBack(steps, unproved, target)
    const generation = before.snapshot.generation + 1
    const snapshot = createSnapshot({ ...target.snapshot, generation, committedAt: host.clock.now() })
    const committed: Committed = { ...target, snapshot, running }
    const changes = createChanges(diffTrees(before.snapshot.config, snapshot.config), steps.redaction)
    const undone = ledger.goBack(committed, changes)
    for (const gap of gaps) closeGap(gap)

    const id = undone.at(-1)?.pass.id ?? 'r0'
    events.emit({
      kind: 'committed',
      id,
      previous: before.snapshot,
      next: snapshot,
      changes,
      undone: true,
      modules: [],
    })
    if (!samePending(before.pending, committed.pending)) ledger.tellPending(committed.pending)
    ledger.addStuck(stuck)
    const why = `health undid it: ${reasons.join('; ')}`
    if (before.snapshot.digest !== snapshot.digest) {
      events.emit({ kind: 'set_aside', digest: before.snapshot.digest, why })
      await note(host, () => host.journal.putAside(before.snapshot.digest, why))
    }
    const [boot] = ledger.unproved
    await note(host, () => (boot === undefined ? host.journal.settle() : host.journal.begin(boot.content)))
    const facts = { reasons, reports, stuck, undone: units, committed, endedAt: host.clock.now() }
    for (const { pass, outcome } of undone)
      if (outcome.status !== 'partial_applied') ledger.settle(pass, rolledBack(outcome, facts))
    // The newest was a way back already: what is configured runs, and no warning is to say otherwise.
    if (before.snapshot.digest === snapshot.digest && stuck.length === 0) this.#parts.lookAgain()
  }

  /** What was gone back to has not had its own verdict. */
  async #askAgain(judge: Judge): Promise<void> {
    const [boot] = this.#parts.ledger.unproved
    if (boot === undefined) return
    if (this.isNeeded(judge, boot.pass)) this.ask(judge, boot.pass)
    else await this.prove()
  }

  async #keep(reasons: readonly string[]): Promise<void> {
    const { ledger, host } = this.#parts
    await note(host, () => host.journal.settle())
    for (const { pass, outcome } of ledger.prove())
      if (outcome.status !== 'partial_applied') ledger.settle(pass, keptUnhealthy(outcome, reasons))
  }
}

/** What a judge of somebody else's gave, which may be anything. Throws where it is no verdict. */
function readVerdict({ kind, ...rest }: Verdict): Verdict {
  if (kind === 'stable') return { kind }
  if (kind !== 'unhealthy') throw new Error('it gave no verdict')
  // What is asked of them is asked here: both are to be lists.
  const { reasons = [], reports = [], failedBefore } = rest as Partial<Extract<Verdict, { kind: 'unhealthy' }>>
  return { kind, reasons: [...reasons].map(String), reports: [...reports], failedBefore: failedBefore === true }
}

/** Writes to the journal. A disk that is full must not keep a fix from being applied, so a failure is only told. */
export async function note(host: AttemptHost, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    host.onJournalError(`The state of a reload could not be kept: ${describeThrown(error)}`)
  }
}

async function keepStable({ journal }: AttemptHost, committed: Committed | undefined): Promise<void> {
  if (committed === undefined) return
  const { snapshot, pending } = committed
  // Content of which a part has never run is no known good.
  if (pending.length === 0) await journal.stable(snapshot)
  else await journal.settle()
  if (journal.setAside.has(snapshot.digest)) await journal.release(snapshot.digest)
}
