import { createHookContext } from '../../modules/hook-context.ts'
import { closeGap, type Instance, openGap, type UnitId } from '../../modules/instance.ts'
import { describeEnd, drainAndStop, startInstance, stopInstance, timeoutOf } from '../../modules/lifecycle.ts'
import type { Running } from '../../modules/running.ts'
import { runStep, type StepEnd } from '../../primitives/time/deadline.ts'
import type { PreparedObjects } from './check.ts'
import type { HookStep, ModuleReport, RollbackCause, StuckModule } from '../outcome.ts'
import { holdsStep, type Step } from '../plan/plan.ts'
import type { StepHost } from './step-host.ts'
import { sectionChanges } from './step-host.ts'
import { actionOf, type UndoEntry, type UndoneUnit, undoEntries } from './undo.ts'

export interface ApplyRequest {
  readonly steps: readonly Step[]
  readonly running: Running
  readonly prepared: PreparedObjects
  /** The caller's: it ends the apply, never the undo. */
  readonly signal: AbortSignal
  readonly mode: 'atomic' | 'bestEffort'
}

export type Applied =
  | {
      readonly kind: 'applied'
      /** What runs after the commit. */
      readonly running: Running
      readonly entries: readonly UndoEntry[]
      readonly reports: readonly ModuleReport[]
      /** Units that failed or were skipped for it, under `bestEffort`. */
      readonly outstanding: readonly UnitId[]
      /** Lets go of the users that waited for a successor; called after the commit. */
      readonly release: () => void
    }
  | {
      readonly kind: 'undone'
      readonly cause: RollbackCause
      /** What the step that failed threw, without secrets. */
      readonly thrown?: unknown
      /** What runs now: what ran before, with what had to be started anew in its place. */
      readonly running: Running
      readonly reports: readonly ModuleReport[]
      readonly stuck: readonly StuckModule[]
      readonly release: () => void
    }

type StepResult =
  | { readonly kind: 'done'; readonly entry: UndoEntry; readonly duration: number; readonly gap?: number | undefined }
  | { readonly kind: 'failed'; readonly entry: UndoEntry; readonly step: HookStep; readonly end: StepEnd<unknown> }

/**
 * Carries out the steps one after another in dependency order. Nobody but the hooks sees anything of it before the
 * commit. `atomic`: a failure undoes everything in exact reverse, the failing step included. `bestEffort`: it undoes
 * that step alone, and what would hold its resource is skipped.
 */
export async function applySteps(host: StepHost, request: ApplyRequest): Promise<Applied> {
  const application = new Application(host, request)
  for (const step of request.steps) {
    const cause = await application.carryOut(step)
    if (cause !== undefined) return application.undoAll(cause)
  }
  return application.applied()
}

class Application {
  readonly #host: StepHost
  readonly #request: ApplyRequest
  readonly #running: Map<UnitId, Instance>
  readonly #entries: UndoEntry[] = []
  readonly #reports = new Map<UnitId, ModuleReport>()
  readonly #outstanding: UnitId[] = []
  readonly #failedSteps: Step[] = []
  readonly #stuck: StuckModule[] = []
  readonly #gaps: Instance[] = []
  /** The candidate's resources while this goes on; what is committed ever after. */
  #over = false

  constructor(host: StepHost, request: ApplyRequest) {
    this.#host = host
    this.#request = request
    this.#running = new Map(request.running)
  }

  /** Gives the reason to undo everything, where there is one. */
  async carryOut(step: Step): Promise<RollbackCause | undefined> {
    const { signal, mode } = this.#request
    const { unit } = step
    if (step.action === 'none') return undefined
    if (signal.aborted) return { kind: 'cancelled' }
    if (this.#failedSteps.some((failed) => step.current !== undefined && holdsStep(step.current, failed))) {
      this.#outstanding.push(unit)
      this.#failedSteps.push(step)
      this.#reports.set(unit, { module: unit, status: 'skipped', reason: 'holds_failed', duration: 0 })
      return undefined
    }

    const result = await this.#run(step)
    if (result.kind === 'done') {
      this.#entries.push(result.entry)
      const { duration, gap } = result
      this.#reports.set(unit, {
        module: unit,
        status: 'applied',
        action: actionOf(step),
        duration,
        ...(gap === undefined ? {} : { gap }),
      })
      return undefined
    }

    const error = this.#host.scrub(describeEnd(result.end))
    const action = actionOf(step)
    this.#reports.set(unit, {
      module: unit,
      status: 'failed',
      action,
      step: result.step,
      error,
      duration: result.end.elapsed,
    })
    const cancelled = result.end.kind === 'aborted'
    if (mode === 'bestEffort' && !cancelled) {
      const { stuck, gaps, undone } = await undoEntries(this.#host, [result.entry], {
        target: this.#running,
        before: () => this.#running,
      })
      this.#gaps.push(...gaps)
      this.#noteUndone(undone)
      if (stuck.length === 0) {
        this.#outstanding.push(unit)
        this.#failedSteps.push(step)
        return undefined
      }
      // A module in an unknown state is no ground to go on from: the others are taken back as well.
      this.#stuck.push(...stuck)
    } else {
      this.#entries.push(result.entry)
    }
    if (cancelled) return { kind: 'cancelled' }
    return { kind: 'step_failed', module: unit, step: result.step, error, timedOut: result.end.kind === 'timed_out' }
  }

  applied(): Applied {
    this.#over = true
    return {
      kind: 'applied',
      running: this.#running,
      entries: this.#entries,
      reports: this.#allReports(),
      outstanding: this.#outstanding,
      release: this.#release,
    }
  }

  async undoAll(cause: RollbackCause): Promise<Applied> {
    this.#over = true
    const target = new Map(this.#request.running)
    const result = await undoEntries(this.#host, this.#entries, { target, before: () => this.#running })
    const stuck = [...this.#stuck, ...result.stuck]
    this.#gaps.push(...result.gaps)
    this.#noteUndone(result.undone)
    for (const { module, error } of stuck) {
      const entry = this.#entries.find(({ step }) => step.unit === module)
      const action = entry === undefined ? 'started' : actionOf(entry.step)
      this.#reports.set(module, { module, status: 'failed', action, step: 'undo', error, duration: 0 })
    }
    await this.#stopCandidates(target)
    return { kind: 'undone', cause, running: target, reports: this.#allReports(), stuck, release: this.#release }
  }

  #noteUndone(undone: ReadonlyMap<UnitId, UndoneUnit>): void {
    for (const [unit, { action, duration, gap }] of undone) {
      const report = this.#reports.get(unit)
      const before = report !== undefined && 'gap' in report ? report.gap : undefined
      const whole = gap === undefined ? before : gap + (before ?? 0)
      const gaps = whole === undefined ? {} : { gap: whole }
      // The one that failed is reported as failed, undone or not.
      if (report?.status === 'failed') this.#reports.set(unit, { ...report, ...gaps })
      else this.#reports.set(unit, { module: unit, status: 'undone', action, duration, ...gaps })
    }
  }

  async #run(step: Step): Promise<StepResult> {
    switch (step.action) {
      case 'reload':
        return this.#reload(step)
      case 'replace':
      case 'start':
        return this.#bring(step)
      case 'stop':
      case 'none':
        // It goes on for the users it has; for new ones it is gone at the commit.
        this.#running.delete(step.unit)
        return { kind: 'done', entry: { kind: 'stop', step }, duration: 0 }
      default:
        return step.action satisfies never
    }
  }

  async #reload(step: Step): Promise<StepResult> {
    const { module, key, unit, current: instance, at, section } = step
    const { reload } = module.definition
    if (instance === undefined || reload === undefined) return this.#bring(step)
    const host = this.#host
    const previous = instance.section
    const prepared = this.#request.prepared.take(unit)
    const end = await runStep<unknown>({
      clock: host.clock,
      timeout: timeoutOf(host, module, 'reloadTimeout'),
      signal: this.#request.signal,
      run: (signal) => {
        const context = createHookContext(host, { module, key, view: this.#view, holds: new Map() }, signal)
        return host.runHook(unit, signal, () =>
          reload.call(module.definition, {
            ...context,
            next: section,
            previous,
            changes: sectionChanges(host, at, previous, section),
            resource: instance.resource,
            prepared,
          }),
        )
      },
    })
    // A function is the undo that the hook returned; anything else it returned means nothing.
    const undo = end.kind === 'done' && typeof end.value === 'function' ? (end.value as () => unknown) : undefined
    const entry: UndoEntry = { kind: 'reload', step, instance, previous, undo }
    if (end.kind !== 'done') return { kind: 'failed', entry, step: 'reload', end }
    instance.runsOn(section)
    return { kind: 'done', entry, duration: end.elapsed }
  }

  /** Brings a resource: one that was kept, one beside the old one, or one after the old one was stopped. */
  async #bring(step: Step): Promise<StepResult> {
    const { module, key, unit, section, restore } = step
    if (restore !== undefined) {
      this.#running.set(unit, restore)
      return { kind: 'done', entry: { kind: 'swap', step, fresh: restore }, duration: 0 }
    }
    const failedEntry = (gapSince: number | undefined) => ({ kind: 'swap', step, fresh: undefined, gapSince }) as const
    const startedAt = this.#host.clock.monotonic()
    if (step.stopFirst && step.current !== undefined) {
      const stopped = await this.#stopOld(step.current)
      if (stopped.kind !== 'done') {
        return { kind: 'failed', entry: failedEntry(startedAt), step: 'stop', end: stopped }
      }
    }
    const end = await startInstance(this.#host, {
      module,
      key,
      section,
      prepared: this.#request.prepared.take(unit),
      view: this.#view,
      signal: this.#request.signal,
    })
    if (end.kind !== 'done')
      return { kind: 'failed', entry: failedEntry(step.stopFirst ? startedAt : undefined), step: 'start', end }
    this.#running.set(unit, end.value)
    const now = this.#host.clock.monotonic()
    return {
      kind: 'done',
      entry: { kind: 'swap', step, fresh: end.value },
      duration: now - startedAt,
      gap: step.stopFirst ? now - startedAt : undefined,
    }
  }

  async #stopOld(old: Instance): Promise<StepEnd<unknown>> {
    openGap(old)
    this.#gaps.push(old)
    const { end, cutOff } = await drainAndStop(this.#host, old, this.#view)
    if (cutOff.length > 0)
      this.#host.log(old.module).warn(`${old.unit} was stopped while in use by ${cutOff.join(', ')}`)
    return end
  }

  /** What was started for a candidate that is not to be: nobody but its own hooks has seen it. */
  async #stopCandidates(target: Running): Promise<void> {
    for (const entry of this.#entries.toReversed()) {
      if (entry.kind !== 'swap' || entry.fresh === undefined || entry.step.restore !== undefined) continue
      if (entry.fresh.ended || target.get(entry.step.unit) === entry.fresh) continue
      const end = await stopInstance(this.#host, entry.fresh, () => target)
      if (end.kind !== 'done') {
        this.#host
          .log(entry.fresh.module)
          .warn(`${entry.fresh.unit} did not stop cleanly: ${this.#host.scrub(describeEnd(end))}`)
      }
    }
  }

  readonly #view = (): Running => (this.#over ? this.#host.committed() : this.#running)

  readonly #release = (): void => {
    for (const instance of this.#gaps) closeGap(instance)
  }

  #allReports(): readonly ModuleReport[] {
    return this.#request.steps.map((step) => this.#reports.get(step.unit) ?? skipped(step))
  }
}

/** A step that was not carried out: nothing to do, or an earlier one failed. */
export function skipped({ unit, action, current }: Step): ModuleReport {
  const reason = action !== 'none' ? 'not_reached' : current === undefined ? 'not_enabled' : 'unaffected'
  return { module: unit, status: 'skipped', reason, duration: 0 }
}
