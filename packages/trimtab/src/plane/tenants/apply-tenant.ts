import { type Segments, valueAt } from '../../model/path.ts'
import { diffTrees } from '../../model/diff.ts'
import type { RedactionBasis } from '../../model/secrecy/redaction.ts'
import type { Module, TenantChangeContext, Undo } from '../../modules/define-module.ts'
import type { Graph } from '../../modules/graph.ts'
import { createHookContext } from '../../modules/hook-context.ts'
import type { Instance } from '../../modules/instance.ts'
import { describeEnd, type LifecycleHost, timeoutOf } from '../../modules/lifecycle.ts'
import { instancesOf } from '../../modules/running.ts'
import { runStep, type StepEnd } from '../../primitives/time/deadline.ts'
import { sectionOf } from '../../reload/plan/plan.ts'
import { problemsOfEnd } from '../../reload/two-phase/check.ts'
import { createStepHost, sectionChanges, type StepHost } from '../../reload/two-phase/step-host.ts'
import type { Problem } from '../../schema/problem.ts'
import type { TenantApplied, TenantApplier, TenantChange } from '../../tenancy/overlay/tenant-applier.ts'
import type { TenantFailure, TenantModuleReport } from '../../tenancy/overlay/tenant-outcome.ts'
import type { TenantId } from '../../tenancy/tenant-id.ts'

/** One resource that is to be told of a tenant's change. */
interface Step {
  readonly module: Module
  readonly instance: Instance
  /** Where the section stands. */
  readonly at: Segments
  readonly previous: unknown
  readonly next: unknown
}

type Direction = Pick<Step, 'previous' | 'next'>

/** What a resource was told of tenants: their sections, and whose it could not take back. */
interface Told {
  readonly sections: Map<TenantId, unknown>
  readonly unsound: Set<TenantId>
}

/**
 * The modules of a plane that take tenants' changes: all of them are asked first, then they take the change one after
 * another in dependency order, and give it back in exact reverse where one fails. What each was told is kept with its
 * resource, so that a new resource is told anew.
 */
export function createModuleApplier(host: LifecycleHost, graph: Graph, basis: RedactionBasis): TenantApplier {
  const told = new WeakMap<Instance, Told>()
  const modules = graph.order.filter(
    ({ definition }) => (definition.checkTenant ?? definition.reloadTenant) !== undefined,
  )
  const toldOf = (instance: Instance): Told => {
    const known = told.get(instance) ?? { sections: new Map(), unsound: new Set() }
    told.set(instance, known)
    return known
  }

  const planSteps = ({ tenant, next }: TenantChange): readonly Step[] => {
    const running = host.committed()
    return modules.flatMap((module) =>
      instancesOf(running, module).flatMap((instance): readonly Step[] => {
        const { key } = instance
        if (instance.ended) return []
        const inside = key === undefined ? [] : [key]
        const section = valueAt(sectionOf(module, next.config), inside)
        // A tenant's own keys of a record have no resource, and a resource without a section of a tenant's is not its.
        if (key !== undefined && section === undefined) return []
        const { sections, unsound } = toldOf(instance)
        const previous = sections.has(tenant) ? sections.get(tenant) : instance.section
        if (!unsound.has(tenant) && isSame(previous, section)) return []
        const at = [...(module.definition.config?.path ?? []), ...inside]
        return [{ module, instance, at, previous, next: section }]
      }),
    )
  }

  const note = (tenant: TenantId, { instance, next }: Step) => {
    const { sections, unsound } = toldOf(instance)
    unsound.delete(tenant)
    if (isSame(next, instance.section)) sections.delete(tenant)
    else sections.set(tenant, next)
  }

  return {
    isNeeded: modules.length > 0,
    async apply(change) {
      const steps = planSteps(change)
      if (steps.length === 0) return { kind: 'idle' }
      // They are not stopped meanwhile, whoever replaces them.
      const releases = steps.map(({ instance }) => instance.leases.acquire(`tenant ${change.tenant}`))
      try {
        const stepHost = createStepHost(host, { ...change, basis })
        const refused = await checkSteps(stepHost, steps, change)
        if (refused !== undefined) return refused
        const applied = await applySteps(stepHost, steps, change)
        if (applied.kind === 'applied') for (const step of steps) note(change.tenant, step)
        if (applied.kind === 'undone') {
          const stuck = new Set(applied.stuck.map(({ module }) => module))
          for (const { instance } of steps) if (stuck.has(instance.unit)) toldOf(instance).unsound.add(change.tenant)
        }
        return applied
      } finally {
        for (const release of releases) release()
      }
    },
  }
}

async function checkSteps(
  host: StepHost,
  steps: readonly Step[],
  change: TenantChange,
): Promise<Extract<TenantApplied, { kind: 'refused' }> | undefined> {
  const refusals = new Map<Step, readonly Problem[]>()
  const reports = new Map<Step, TenantModuleReport>()
  const ask = async (step: Step) => {
    const { module, instance, at } = step
    const { checkTenant } = module.definition
    if (checkTenant === undefined) return
    const end = await runHook(host, step, change, 'checkTimeout', change.signal, step, (context) =>
      checkTenant.call(module.definition, context),
    )
    if (end.kind === 'done') return
    const problems = problemsOfEnd(host, { unit: instance.unit, at }, end, change.origin)
    refusals.set(step, problems)
    const error = problems.map(({ message }) => message).join('; ')
    reports.set(step, { module: instance.unit, status: 'failed', step: 'check', error, duration: end.elapsed })
  }
  await Promise.all(steps.map(ask))
  if (refusals.size === 0) return undefined
  // In apply order, whichever answered first.
  const problems = steps.flatMap((step) => refusals.get(step) ?? [])
  return { kind: 'refused', problems, modules: steps.map((step) => reports.get(step) ?? notReached(step)) }
}

async function applySteps(
  host: StepHost,
  steps: readonly Step[],
  change: TenantChange,
): Promise<Exclude<TenantApplied, { kind: 'idle' | 'refused' }>> {
  const reports = new Map<Step, TenantModuleReport>()
  const begun: { readonly step: Step; readonly undo: Undo | undefined }[] = []
  let cause: TenantFailure | undefined
  for (const step of steps) {
    const { module, instance } = step
    const { reloadTenant } = module.definition
    if (reloadTenant === undefined) {
      reports.set(step, { module: instance.unit, status: 'applied', duration: 0 })
      continue
    }
    const end = await runHook(host, step, change, 'reloadTimeout', change.signal, step, (context) =>
      reloadTenant.call(module.definition, context),
    )
    // A function is the undo that the hook returned; anything else means nothing.
    const undo = end.kind === 'done' && typeof end.value === 'function' ? (end.value as Undo) : undefined
    begun.push({ step, undo })
    if (end.kind === 'done') {
      reports.set(step, { module: instance.unit, status: 'applied', duration: end.elapsed })
      continue
    }
    const error = host.scrub(describeEnd(end))
    cause = { module: instance.unit, error, timedOut: end.kind === 'timed_out' }
    reports.set(step, { module: instance.unit, status: 'failed', step: 'reload', error, duration: end.elapsed })
    break
  }
  const modules = () => steps.map((step) => reports.get(step) ?? notReached(step))
  if (cause === undefined) return { kind: 'applied', modules: modules() }

  const stuck: TenantFailure[] = []
  for (const { step, undo } of begun.toReversed()) {
    const end = await undoStep(host, step, change, undo)
    const { unit } = step.instance
    if (end.kind === 'done') {
      // The one that failed is reported as failed, undone or not.
      if (reports.get(step)?.status === 'applied')
        reports.set(step, { module: unit, status: 'undone', duration: end.elapsed })
      continue
    }
    const error = host.scrub(`could not be undone: ${describeEnd(end)}`)
    stuck.push({ module: unit, error, timedOut: end.kind === 'timed_out' })
    reports.set(step, { module: unit, status: 'failed', step: 'undo', error, duration: end.elapsed })
  }
  return { kind: 'undone', cause, stuck, modules: modules() }
}

/** Under a deadline of its own, and never under the signal that may have ended the way there. */
function undoStep(host: StepHost, step: Step, change: TenantChange, undo: Undo | undefined): Promise<StepEnd<unknown>> {
  const { reloadTenant } = step.module.definition
  const back = { previous: step.next, next: step.previous }
  return runHook(host, step, change, 'reloadTimeout', undefined, back, (context) =>
    undo === undefined ? reloadTenant?.call(step.module.definition, context) : undo(context),
  )
}

function runHook(
  host: StepHost,
  { module, instance, at }: Step,
  { tenant }: TenantChange,
  timeout: 'checkTimeout' | 'reloadTimeout',
  signal: AbortSignal | undefined,
  { previous, next }: Direction,
  run: (context: TenantChangeContext<unknown, unknown>) => unknown,
): Promise<StepEnd<unknown>> {
  const { key } = instance
  return runStep<unknown>({
    clock: host.clock,
    timeout: timeoutOf(host, module, timeout),
    signal,
    run: (step) => {
      const base = createHookContext(host, { module, key, view: host.committed, holds: new Map() }, step)
      const changes = sectionChanges(host, at, previous, next)
      return host.tenants.run(tenant, () =>
        run({ ...base, tenant, previous, next, changes, resource: instance.resource }),
      )
    },
  })
}

function notReached({ instance }: Step): TenantModuleReport {
  return { module: instance.unit, status: 'not_reached', duration: 0 }
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || diffTrees({ section: a }, { section: b }).length === 0
}
