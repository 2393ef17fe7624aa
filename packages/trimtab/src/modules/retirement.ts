import type { StepEnd } from '../primitives/deadline.ts'
import type { Graph } from './graph.ts'
import { canServe, type Instance, type UnitId } from './instance.ts'
import { describeEnd, type LifecycleHost } from './lifecycle.ts'
import { stopAll } from './stop-all.ts'

/** How the end of a resource that was replaced went. */
export interface Retired {
  readonly module: UnitId
  /** Users it was taken from when its drain time was over. */
  readonly cutOff: readonly string[]
  readonly error: string | undefined
}

/** Ends resources that nobody can go back to, in the background: their users first, then the resource. */
export interface Retirement {
  retire(instances: readonly Instance[]): void
  /** Resolves when all have ended. */
  idle(): Promise<void>
  /** Those that have not ended yet. */
  readonly going: readonly UnitId[]
}

/** `onRetired` is also given the section that the resource ran on. */
export function createRetirement(
  host: LifecycleHost,
  graph: Graph,
  onRetired: (retired: Retired, section: unknown) => void,
): Retirement {
  const going = new Set<Instance>()
  const work = new Set<Promise<void>>()

  const endAll = async (instances: readonly Instance[]) => {
    for (const { instance, unit, cutOff, end } of await stopAll(host, graph, instances, { drain: true })) {
      going.delete(instance)
      onRetired({ module: unit, cutOff, error: errorOf(end) }, instance.section)
    }
  }
  return {
    retire(instances) {
      const fresh = instances.filter(canServe)
      if (fresh.length === 0) return
      for (const instance of fresh) {
        instance.retired = true
        going.add(instance)
      }
      const ending = endAll(fresh).finally(() => work.delete(ending))
      work.add(ending)
    },
    async idle() {
      await Promise.all(work)
    },
    get going() {
      return [...going].map((instance) => instance.unit)
    },
  }
}

function errorOf(end: StepEnd<unknown>): string | undefined {
  return end.kind === 'done' ? undefined : describeEnd(end)
}
