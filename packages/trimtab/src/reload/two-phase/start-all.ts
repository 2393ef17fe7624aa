import { cleanThrown } from '../../errors/trimtab-error.ts'
import { startInstance } from '../../modules/lifecycle.ts'
import type { Graph } from '../../modules/graph.ts'
import type { Instance, UnitId } from '../../modules/instance.ts'
import { stopAll } from '../../modules/stop-all.ts'
import { childController } from '../../primitives/concurrency/abort.ts'
import { describeEnd } from '../../modules/lifecycle.ts'
import type { Applied, ApplyRequest } from './apply.ts'
import { skipped } from './apply.ts'
import type { ModuleReport, RollbackCause } from '../outcome.ts'
import type { Step } from '../plan/plan.ts'
import type { StepHost } from './step-host.ts'

/**
 * Starts everything for the first time: what does not depend on each other at the same time, so that it takes the
 * longest chain and not the sum. After a first failure nothing more is started, what had started is stopped, and that
 * failure is the cause whatever else goes wrong.
 */
export async function startAll(host: StepHost, graph: Graph, request: ApplyRequest): Promise<Applied> {
  const { steps, prepared, signal } = request
  const running = new Map<UnitId, Instance>()
  const reports = new Map<UnitId, ModuleReport>()
  const starts = new Map<Step, Promise<void>>()
  const { controller, release } = childController(signal)
  let over = false
  let cause: RollbackCause | undefined
  let thrown: unknown

  const startOne = async (step: Step): Promise<void> => {
    const needed = steps.filter((other) => graph.dependencies(step.module).includes(other.module))
    await Promise.all(needed.map(async (other) => starts.get(other)))
    if (step.action === 'none' || cause !== undefined || controller.signal.aborted) return
    const { unit, module, key, section } = step
    const end = await startInstance(host, {
      module,
      key,
      section,
      prepared: prepared.take(unit),
      view: () => (over ? host.committed() : running),
      signal: controller.signal,
    })
    if (end.kind === 'done') {
      running.set(unit, end.value)
      reports.set(unit, { module: unit, status: 'applied', action: 'started', duration: end.elapsed })
      return
    }
    if (end.kind === 'aborted') return
    const error = host.scrub(describeEnd(end))
    reports.set(unit, {
      module: unit,
      status: 'failed',
      action: 'started',
      step: 'start',
      error,
      duration: end.elapsed,
    })
    if (cause === undefined) {
      cause = { kind: 'step_failed', module: unit, step: 'start', error, timedOut: end.kind === 'timed_out' }
      thrown = end.kind === 'failed' ? cleanThrown(end.error, host.scrub) : undefined
    }
    controller.abort(new Error('Another module could not start'))
  }
  // Steps come dependencies first, so that each finds the promises it waits for.
  for (const step of steps) starts.set(step, startOne(step))
  await Promise.all(starts.values())
  release()
  over = true

  const all = () => steps.map((step) => reports.get(step.unit) ?? skipped(step))
  if (signal.aborted) cause ??= { kind: 'cancelled' }
  if (cause === undefined) {
    // In apply order, whichever started first.
    const ordered = new Map<UnitId, Instance>()
    for (const { unit } of steps) {
      const instance = running.get(unit)
      if (instance !== undefined) ordered.set(unit, instance)
    }
    return { kind: 'applied', running: ordered, entries: [], reports: all(), outstanding: [], release: () => {} }
  }
  for (const { unit, end } of await stopAll(host, graph, [...running.values()], {
    drain: false,
    view: () => running,
  })) {
    reports.set(unit, { module: unit, status: 'undone', action: 'started', duration: end.elapsed })
  }
  return { kind: 'undone', cause, thrown, running: new Map(), reports: all(), stuck: [], release: () => {} }
}
