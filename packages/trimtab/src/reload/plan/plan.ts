import { describeThrown } from '../../errors/trimtab-error.ts'
import type { Changes } from '../../model/changes.ts'
import { diffTrees } from '../../model/diff.ts'
import { type Path, printPath, type Segments, valueAt } from '../../model/path.ts'
import type { Module } from '../../modules/define-module.ts'
import type { Graph } from '../../modules/graph.ts'
import { canServe, type Instance, type UnitId, unitId } from '../../modules/instance.ts'
import { type Running, staleHold } from '../../modules/running.ts'
import { compareText, isPlainObject } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'
import type { PendingRestart } from './pending-restart.ts'

/** Why a module takes part in a reload. */
export type Because =
  | { readonly kind: 'changed'; readonly paths: readonly Path[] }
  | { readonly kind: 'enabled' }
  | { readonly kind: 'disabled' }
  /** It holds the resource of a module that is replaced, started or stopped. */
  | { readonly kind: 'follows'; readonly module: UnitId }
  /** An earlier change of it failed and could not be undone. */
  | { readonly kind: 'stuck' }

/** What a reload would do, for people and machines. */
export interface Plan {
  readonly changes: Changes
  /** In apply order, without the modules that have nothing to do. */
  readonly steps: readonly PlannedStep[]
  readonly pendingRestart: readonly PendingRestart[]
}

/** What a reload would do with one module, or with one key of a module with `each`. */
export interface PlannedStep {
  readonly module: UnitId
  readonly action: 'reload' | 'replace' | 'start' | 'stop'
  readonly because: Because
  /** True where the old resource has to stop before the new one starts. */
  readonly gap: boolean
}

/** One unit in a reload, with everything that carrying it out needs. */
export interface Step {
  readonly unit: UnitId
  readonly module: Module
  readonly key: string | undefined
  readonly action: PlannedStep['action'] | 'none'
  readonly because: Because | undefined
  /** The resource that runs; undefined where none does. */
  readonly current: Instance | undefined
  /** Where the module's section stands. */
  readonly at: Segments
  /** The section it is to run on. */
  readonly section: unknown
  /** The old resource has to stop before the new one starts. */
  readonly stopFirst: boolean
  /** A resource of an undone generation that still runs on just this section: it is taken back instead of a start. */
  readonly restore: Instance | undefined
}

/** A replacement that an exclusive module does not allow while it runs. */
export interface Blocked {
  readonly unit: UnitId
  /** The sections whose change led to it. */
  readonly roots: readonly Segments[]
}

export interface PlanRequest {
  readonly graph: Graph
  readonly running: Running
  /** Resources that no longer run for anybody but are kept for the way back. */
  readonly parked: Running
  /** What readers would hold. */
  readonly config: unknown
  readonly stuck: ReadonlySet<UnitId>
}

export interface PlanResult {
  /** Every unit, in apply order. */
  readonly steps: readonly Step[]
  readonly blocked: readonly Blocked[]
  /** `enabled` functions that threw. */
  readonly problems: readonly Problem[]
}

/** Decides for every unit what a candidate means for it. Changes nothing. */
export function planSteps(request: PlanRequest): PlanResult {
  const planning: Planning = { request, steps: [], blocked: [], problems: [], roots: new Map(), forced: new Set() }
  for (const module of request.graph.order) {
    for (const key of keysOf(module, request)) planUnit(planning, module, key)
  }
  return planning
}

interface Planning {
  readonly request: PlanRequest
  readonly steps: Step[]
  readonly blocked: Blocked[]
  readonly problems: Problem[]
  /** The sections whose change led to what happens to a unit. */
  readonly roots: Map<UnitId, readonly Segments[]>
  /** Units that are replaced because of a stuck one: there is nothing good left that waiting would keep. */
  readonly forced: Set<UnitId>
}

function keysOf(module: Module, { running, config }: PlanRequest): readonly (string | undefined)[] {
  if (module.definition.each !== true) return [undefined]
  const record = sectionOf(module, config)
  const keys = new Set(isPlainObject(record) ? Object.keys(record) : [])
  for (const instance of running.values())
    if (instance.module === module && instance.key !== undefined) keys.add(instance.key)
  return [...keys].sort(compareText)
}

function planUnit(planning: Planning, module: Module, key: string | undefined): void {
  const { request, steps, blocked, roots, forced } = planning
  const unit = unitId(module, key)
  const current = request.running.get(unit)
  const at = [...(module.definition.config?.path ?? []), ...(key === undefined ? [] : [key])]
  const section =
    key === undefined ? sectionOf(module, request.config) : valueAt(sectionOf(module, request.config), [key])
  const wanted = isWanted(planning, module, key, section)
  const base = { unit, module, key, current, at, section, stopFirst: false, restore: undefined }
  roots.set(unit, [at])

  if (current === undefined) {
    if (!wanted) steps.push({ ...base, action: 'none', because: undefined })
    else
      steps.push({
        ...base,
        ...startOver(request, module, unit, section),
        action: 'start',
        because: { kind: 'enabled' },
      })
    return
  }
  if (!wanted) {
    steps.push({ ...base, action: 'stop', because: { kind: 'disabled' } })
    return
  }

  const because = reasonOf(planning, current, section, at)
  if (because === undefined) {
    steps.push({ ...base, action: 'none', because })
    return
  }
  if (because.kind === 'changed' && canReload(module, current.section, section)) {
    steps.push({ ...base, action: 'reload', because })
    return
  }
  const origins = because.kind === 'follows' ? (roots.get(because.module) ?? [at]) : [at]
  roots.set(unit, origins)
  if (because.kind === 'stuck' || (because.kind === 'follows' && isForced(planning, current, because.module)))
    forced.add(unit)
  const { exclusive = false, replace } = module.definition
  if (exclusive && replace !== 'cascade' && !forced.has(unit)) {
    blocked.push({ unit, roots: origins })
    steps.push({ ...base, action: 'none', because: undefined })
    return
  }
  steps.push({
    ...base,
    ...(exclusive ? { stopFirst: true } : takeBack(request, unit, section)),
    action: 'replace',
    because,
  })
}

/** A unit that does not run: an exclusive one may have a resource of an older generation in its way. */
function startOver(request: PlanRequest, module: Module, unit: UnitId, section: unknown): Partial<Step> {
  const { restore } = takeBack(request, unit, section)
  if (restore !== undefined) return { restore }
  return {
    stopFirst: module.definition.exclusive === true && request.parked.has(unit),
    current: request.parked.get(unit),
  }
}

function takeBack({ parked }: PlanRequest, unit: UnitId, section: unknown): Pick<Step, 'restore'> {
  const kept = parked.get(unit)
  // One that holds another's resource might hold a stopped one. Its section is of another snapshot, and may be equal
  // without being the same.
  const usable = kept !== undefined && canServe(kept) && kept.holds.size === 0 && isSameSection(kept.section, section)
  return { restore: usable ? kept : undefined }
}

function reasonOf(
  { request, steps }: Planning,
  current: Instance,
  section: unknown,
  at: Segments,
): Because | undefined {
  if (request.stuck.has(current.unit)) return { kind: 'stuck' }
  const followed = steps.find((step) => isFollowed(step) && holdsStep(current, step))?.unit
  const follows = followed ?? staleHold(current, request.running)
  if (follows !== undefined) return { kind: 'follows', module: follows }
  // Sections share what did not change. One that was taken back, or under `bestEffort` stayed behind, is of an older
  // snapshot, and may be equal without being the same.
  return isSameSection(current.section, section) ? undefined : { kind: 'changed', paths: [printPath(at)] }
}

/** True where there is nothing good left that waiting would keep: it holds what has been replaced already, or is unsound. */
function isForced({ request, forced }: Planning, current: Instance, followed: UnitId): boolean {
  return forced.has(followed) || staleHold(current, request.running) !== undefined
}

/** True where the module changes its resource in place, and no field has changed that it cannot change that way. */
function canReload({ definition }: Module, previous: unknown, next: unknown): boolean {
  if (definition.reload === undefined) return false
  const fields: readonly string[] = definition.replaceOn ?? []
  return fields.every((field) => isSameSection(valueAt(previous, [field]), valueAt(next, [field])))
}

function isSameSection(a: unknown, b: unknown): boolean {
  return a === b || diffTrees({ section: a }, { section: b }).length === 0
}

function isFollowed({ action }: Step): boolean {
  return action === 'replace' || action === 'start' || action === 'stop'
}

/** True where the resource was given that step's resource by `hold`. */
export function holdsStep(instance: Instance, { module, key }: Pick<Step, 'module' | 'key'>): boolean {
  return [...instance.holds.keys()].some((ref) => ref.module === module && (ref.key === undefined || ref.key === key))
}

function isWanted(planning: Planning, module: Module, key: string | undefined, section: unknown): boolean {
  if (key !== undefined && section === undefined) return false
  const { enabled } = module.definition
  if (enabled === undefined) return true
  const refuse = (what: string): boolean => {
    const message = `its \`enabled\` ${what}`
    planning.problems.push({ code: 'module_refused', severity: 'error', module: unitId(module, key), message })
    return false
  }
  try {
    const wanted: unknown = enabled(section)
    if (typeof wanted === 'boolean') return wanted
    // An async one decides nothing, and what it rejects with is nobody's.
    Promise.resolve(wanted).catch(() => {})
    return refuse(`gave ${typeof wanted} where true or false is expected`)
  } catch (error) {
    return refuse(`threw: ${describeThrown(error)}`)
  }
}

export function sectionOf(module: Module, config: unknown): unknown {
  const section = module.definition.config
  return section === undefined ? undefined : valueAt(config, section.path)
}

/** The part of a plan that people and machines get. */
export function describeSteps(steps: readonly Step[], changes: Changes): readonly PlannedStep[] {
  return steps.flatMap(({ unit, action, because, stopFirst, at }) => {
    if (action === 'none' || because === undefined) return []
    const paths = [...changes.under(printPath(at))].map((change) => change.path)
    // Under `bestEffort` a module may run on an older section than readers hold: then the section itself is named.
    const reason = because.kind === 'changed' && paths.length > 0 ? { ...because, paths } : because
    return [{ module: unit, action, because: reason, gap: stopFirst }]
  })
}
