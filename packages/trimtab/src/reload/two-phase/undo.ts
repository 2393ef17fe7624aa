import type { Undo } from '../../modules/define-module.ts'
import { createHookContext } from '../../modules/hook-context.ts'
import { canServe, type Instance, openGap, type UnitId } from '../../modules/instance.ts'
import { describeEnd, drainAndStop, startInstance, stopInstance, timeoutOf } from '../../modules/lifecycle.ts'
import type { Running } from '../../modules/running.ts'
import { runStep, type StepEnd } from '../../primitives/time/deadline.ts'
import type { Action, StuckModule } from '../outcome.ts'
import type { Step } from '../plan/plan.ts'
import { sectionChanges, type StepHost } from './step-host.ts'

/** How one applied step is taken back. */
export type UndoEntry =
  | {
      readonly kind: 'reload'
      readonly step: Step
      readonly instance: Instance
      readonly previous: unknown
      readonly undo: Undo | undefined
    }
  /** A resource that came, beside an old one or after it was stopped. */
  | { readonly kind: 'swap'; readonly step: Step; readonly fresh: Instance }
  /** One that did not come. On the monotonic clock, when the old one was told to stop, where that had to be first. */
  | { readonly kind: 'swap'; readonly step: Step; readonly fresh: undefined; readonly gapSince: number | undefined }
  | { readonly kind: 'stop'; readonly step: Step }

/** The section a resource has to run on when it is started anew. */
type SectionFor = (instance: Instance) => unknown

export interface UndoneUnit {
  readonly action: Action
  readonly duration: number
  /** Milliseconds in which none ran, where it had to be started again. */
  readonly gap: number | undefined
}

export interface Undone {
  readonly stuck: readonly StuckModule[]
  readonly undone: ReadonlyMap<UnitId, UndoneUnit>
  /** Successors that were stopped: their users wait until these are closed, after the commit. */
  readonly gaps: readonly Instance[]
}

export interface WayBack {
  /** What is to run afterwards: it starts as what ran before, and what had to be started anew takes its place in it. */
  readonly target: Map<UnitId, Instance>
  /** What has run up to now. */
  readonly before: () => Running
  readonly sectionFor?: SectionFor | undefined
}

/**
 * Takes entries back in exact reverse of the order they were applied in, each under a deadline of its own and never
 * under the caller's signal; then starts anew, dependencies first, what cannot be gone back to as it is. One that fails
 * is named and the others go on.
 */
export async function undoEntries(host: StepHost, entries: readonly UndoEntry[], wayBack: WayBack): Promise<Undone> {
  const { target, sectionFor = (instance) => instance.section } = wayBack
  const stuck: StuckModule[] = []
  const gaps: Instance[] = []
  const undone = new Map<UnitId, UndoneUnit>()
  const gapsSince = new Map<UnitId, number>()
  const fail = (unit: UnitId, error: string) => {
    const instance = target.get(unit)
    if (instance !== undefined) instance.unsound = true
    undone.delete(unit)
    stuck.push({ module: unit, error: host.scrub(error), since: host.clock.now() })
  }

  for (const entry of entries.toReversed()) {
    const { unit } = entry.step
    const startedAt = host.clock.monotonic()
    const error = await undoOne(host, entry, wayBack, gaps)
    if (error !== undefined) fail(unit, error)
    else
      undone.set(unit, { action: actionOf(entry.step), duration: host.clock.monotonic() - startedAt, gap: undefined })
    if (entry.kind !== 'swap') continue
    const gapSince = entry.fresh === undefined ? entry.gapSince : startedAt
    if (gapSince !== undefined && !gapsSince.has(unit)) gapsSince.set(unit, gapSince)
  }
  const anew = new Set<UnitId>()
  for (const instance of [...target.values()]) {
    const { unit } = instance
    if (canServe(instance) && !isLeftBehind(instance, anew)) continue
    const startedAt = host.clock.monotonic()
    const isExclusive = instance.module.definition.exclusive === true
    if (canServe(instance) && isExclusive) {
      gapsSince.set(unit, startedAt)
      await stopLeftBehind(host, instance, { target, gaps })
    }
    const error = await startAgain(host, instance, target, sectionFor)
    anew.add(unit)
    if (error !== undefined) {
      fail(unit, error)
      continue
    }
    const { action, duration } = undone.get(unit) ?? { action: 'replaced', duration: 0 }
    const now = host.clock.monotonic()
    const gapSince = isExclusive ? gapsSince.get(unit) : undefined
    const gap = gapSince === undefined ? undefined : now - gapSince
    undone.set(unit, { action, duration: duration + now - startedAt, gap })
  }
  return { stuck, undone, gaps }
}

/** True where it holds one of those that were started anew: what it was given has stopped. */
function isLeftBehind({ holds }: Instance, anew: ReadonlySet<UnitId>): boolean {
  return [...holds.values()].flat().some(({ unit }) => anew.has(unit))
}

/** An exclusive one cannot be started beside itself. Nothing is left that waiting would keep: it holds what has stopped. */
async function stopLeftBehind(
  host: StepHost,
  instance: Instance,
  { target, gaps }: { readonly target: Running; readonly gaps: Instance[] },
): Promise<void> {
  openGap(instance)
  gaps.push(instance)
  const { end, cutOff } = await drainAndStop(host, instance, () => target)
  if (cutOff.length > 0)
    host.log(instance.module).warn(`${instance.unit} was stopped while in use by ${cutOff.join(', ')}`)
  note(host, instance, end)
}

export function actionOf({ action }: Step): Action {
  switch (action) {
    case 'reload':
      return 'reloaded'
    case 'replace':
      return 'replaced'
    case 'start':
      return 'started'
    case 'stop':
    case 'none':
      return 'stopped'
    default:
      return action satisfies never
  }
}

/** Gives what went wrong. */
async function undoOne(
  host: StepHost,
  entry: UndoEntry,
  wayBack: WayBack,
  gaps: Instance[],
): Promise<string | undefined> {
  const { target } = wayBack
  switch (entry.kind) {
    case 'reload':
      // A resource that goes away as a whole needs no undo of its own.
      return target.get(entry.step.unit) === entry.instance ? undoReload(host, entry, () => viewOf(wayBack)) : undefined
    case 'swap':
      await stopSuccessor(host, entry, wayBack, gaps)
      return undefined
    case 'stop':
      // Nothing was done to it: it is in `target`.
      return undefined
    default:
      return entry satisfies never
  }
}

/**
 * What the hook of an undo can use: what is to run afterwards, and in place of what is still to be started anew its
 * successor, which ends only after everything that was applied on top of it has been undone.
 */
function viewOf({ target, before }: WayBack): Running {
  const view = new Map(target)
  for (const [unit, instance] of target) {
    const successor = canServe(instance) ? undefined : before().get(unit)
    if (successor !== undefined && canServe(successor)) view.set(unit, successor)
  }
  return view
}

async function undoReload(
  host: StepHost,
  { step, instance, previous, undo }: Extract<UndoEntry, { kind: 'reload' }>,
  view: () => Running,
): Promise<string | undefined> {
  const { module, key, at } = step
  const { reload } = module.definition
  const end = await runStep<unknown>({
    clock: host.clock,
    timeout: timeoutOf(host, module, 'reloadTimeout'),
    // Never the caller's: a plane that closes gives it up when its time is over.
    signal: host.lifetime.all.over,
    run: (signal) => {
      const context = createHookContext(host, { module, key, view, holds: new Map() }, signal)
      return host.runHook(step.unit, signal, () => {
        if (undo !== undefined) return undo(context)
        return reload?.call(module.definition, {
          ...context,
          next: previous,
          previous: step.section,
          changes: sectionChanges(host, at, step.section, previous),
          resource: instance.resource,
          prepared: undefined,
        })
      })
    },
  })
  if (end.kind !== 'done') return `could not be undone: ${describeEnd(end)}`
  instance.runsOn(previous)
  return undefined
}

/** Where both cannot live side by side, the successor ends before the old one starts again. */
async function stopSuccessor(
  host: StepHost,
  { step, fresh }: Extract<UndoEntry, { kind: 'swap' }>,
  { target, before }: WayBack,
  gaps: Instance[],
): Promise<void> {
  const old = target.get(step.unit)
  const isInTheWay = old !== undefined && !canServe(old) && step.module.definition.exclusive === true
  if (!isInTheWay || fresh === undefined || fresh.ended) return
  openGap(fresh)
  gaps.push(fresh)
  note(host, fresh, await stopInstance(host, fresh, before))
}

async function startAgain(
  host: StepHost,
  old: Instance,
  target: Map<UnitId, Instance>,
  sectionFor: SectionFor,
): Promise<string | undefined> {
  const { module, key, unit } = old
  const end = await startInstance(host, {
    module,
    key,
    section: sectionFor(old),
    prepared: undefined,
    view: () => target,
    // As above; what it gives after all is stopped.
    signal: host.lifetime.all.over,
  })
  if (end.kind === 'done') {
    target.set(unit, end.value)
    return undefined
  }
  target.delete(unit)
  return `could not be started again: ${describeEnd(end)}`
}

function note(host: StepHost, instance: Instance, end: StepEnd<unknown>): void {
  if (end.kind !== 'done')
    host.log(instance.module).warn(`${instance.unit} did not stop cleanly: ${host.scrub(describeEnd(end))}`)
}
