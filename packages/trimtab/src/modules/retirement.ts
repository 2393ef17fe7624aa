import type { StepEnd } from '../primitives/time/deadline.ts'
import type { Graph } from './graph.ts'
import { canServe, type Instance, type UnitId } from './instance.ts'
import { describeEnd, type LifecycleHost } from './lifecycle.ts'
import { type Leaving, stopEach } from './stop-all.ts'

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
  /** Those that have not ended yet, each with its end. */
  readonly leaving: Leaving
}

/** `onRetired` is also given the section that the resource ran on. */
export function createRetirement(
  host: LifecycleHost,
  graph: Graph,
  onRetired: (retired: Retired, section: unknown) => void,
): Retirement {
  const leaving = new Map<Instance, Promise<unknown>>()

  return {
    retire(instances) {
      const fresh = instances.filter(canServe)
      if (fresh.length === 0) return
      for (const instance of fresh) instance.retired = true
      const ends = stopEach(host, graph, fresh, { drain: true, leaving: new Map(leaving) })
      for (const [instance, stopped] of ends) {
        const ending = stopped.then(({ unit, cutOff, end }) => {
          leaving.delete(instance)
          onRetired({ module: unit, cutOff, error: errorOf(end) }, instance.section)
        })
        leaving.set(instance, ending)
      }
    },
    async idle() {
      await Promise.all(leaving.values())
    },
    leaving,
  }
}

function errorOf(end: StepEnd<unknown>): string | undefined {
  return end.kind === 'done' ? undefined : describeEnd(end)
}
