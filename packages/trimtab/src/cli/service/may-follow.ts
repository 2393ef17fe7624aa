import type { Graph } from '../../modules/graph.ts'
import { instancesOf, type Running } from '../../modules/running.ts'
import type { Step } from '../../reload/plan/plan.ts'

/** A module of which only the running process knows whether a plan reaches it. */
export interface PossibleFollower {
  readonly module: string
  /** What moves, and may be held by it. */
  readonly dependsOn: readonly string[]
  /** What holding it would mean: being replaced as well, or that the whole change waits for a restart. */
  readonly effect: 'replace' | 'wait_for_restart'
}

/** What runs, depends on something that is replaced, started or stopped, and has nothing to do by itself. */
export function mayFollow(graph: Graph, running: Running, steps: readonly Step[]): readonly PossibleFollower[] {
  const moved = steps.filter(({ action }) => action === 'replace' || action === 'start' || action === 'stop')
  const reached = new Set(moved.map(({ module }) => module))
  // In apply order, so that one that may follow is met before those that may follow it in turn.
  return graph.order.flatMap((module) => {
    const causes = graph.dependencies(module).filter((dependency) => reached.has(dependency))
    if (causes.length === 0 || reached.has(module) || instancesOf(running, module).length === 0) return []
    reached.add(module)
    const { exclusive, replace } = module.definition
    const waits = exclusive === true && replace !== 'cascade'
    return [
      {
        module: module.name,
        dependsOn: causes.map(({ name }) => name),
        effect: waits ? 'wait_for_restart' : 'replace',
      },
    ]
  })
}
