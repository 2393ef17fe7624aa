import type { Module } from '../../modules/define-module.ts'
import type { Outcome } from '../../reload/outcome.ts'
import type { SpanRecord } from '../../telemetry/spans.ts'

/** What a module declared that it depends on. */
export interface ModuleOrder {
  readonly order: readonly Module[]
  dependencies(module: Module): readonly Module[]
}

export interface ModuleTimes {
  /** Wall time in milliseconds. */
  readonly appliedFrom: number
  /** Whether modules that do not depend on each other were begun together, as at boot, or one after another. */
  readonly together: boolean
  readonly order: ModuleOrder
}

/**
 * A span for each module that took a change. An outcome says how long each took; where each began follows from the order
 * in which they are carried out: after the one before, or at boot after everything that the module depends on.
 */
export function moduleSpans(outcome: Outcome, { appliedFrom, together, order }: ModuleTimes): readonly SpanRecord[] {
  const ends = new Map<string, number>()
  const dependencies = new Map(
    order.order.map((module) => [module.name, order.dependencies(module).map(({ name }) => name)]),
  )
  let last = appliedFrom
  return outcome.modules.flatMap((report): readonly SpanRecord[] => {
    const { module: unit, duration } = report
    // Of a record of resources each is called by its module and its key: `upstreams["blue"]`.
    const module = unit.replace(/\[.*$/s, '')
    const needed = (dependencies.get(module) ?? []).map((name) => ends.get(name) ?? appliedFrom)
    const start = together ? Math.max(appliedFrom, ...needed) : last
    // A commit that was undone later was applied all the same; then `duration` is that of the way back.
    if (report.status !== 'applied') return []
    last = start + duration
    ends.set(module, Math.max(last, ends.get(module) ?? 0))
    const attributes = {
      'trimtab.reload.id': outcome.id,
      'trimtab.module': unit,
      'trimtab.module.action': report.action,
    }
    const span = { name: 'trimtab.module', start, end: last, attributes, failed: false, events: [], children: [] }
    return [span]
  })
}
