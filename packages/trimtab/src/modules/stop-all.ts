import type { StepEnd } from '../primitives/time/deadline.ts'
import type { Graph } from './graph.ts'
import type { Instance, UnitId } from './instance.ts'
import { drainAndStop, type LifecycleHost, stopInstance } from './lifecycle.ts'
import type { Running } from './running.ts'

/** How the stop of one resource ended. */
export interface Stopped {
  readonly unit: UnitId
  readonly instance: Instance
  /** Users it was taken from. */
  readonly cutOff: readonly string[]
  readonly end: StepEnd<unknown>
}

/** Resources that end on their own, each with its end: what they stand on stops after them. */
export type Leaving = ReadonlyMap<Instance, Promise<unknown>>

export interface StopOptions {
  /** Whether users are waited for. */
  readonly drain: boolean
  readonly leaving?: Leaving | undefined
  /** What their hooks can use: what is committed, if it is left away. */
  readonly view?: (() => Running) | undefined
}

/**
 * Stops resources in the reverse of the order they start in, those that don't depend on each other at the same time: a
 * resource stops when everything that could use it has ended. One that hangs or throws keeps no other from stopping.
 */
export async function stopAll(
  host: LifecycleHost,
  graph: Graph,
  instances: readonly Instance[],
  options: StopOptions,
): Promise<readonly Stopped[]> {
  return Promise.all(stopEach(host, graph, instances, options).values())
}

/** The same, with the end of each by itself. */
export function stopEach(
  host: LifecycleHost,
  graph: Graph,
  instances: readonly Instance[],
  { drain, leaving = new Map(), view }: StopOptions,
): ReadonlyMap<Instance, Promise<Stopped>> {
  const live = instances.filter((instance) => !instance.ended)
  const others = [...leaving].filter(([other]) => !live.includes(other))
  const ends = new Map<Instance, Promise<Stopped>>()
  const dependents = (instance: Instance) =>
    live.filter((other) => other !== instance && graph.dependencies(other.module).includes(instance.module))

  const stopOne = async (instance: Instance): Promise<Stopped> => {
    const leavingUsers = others.filter(([other]) => standsOn(graph, other, instance))
    await Promise.all([...dependents(instance).map(stop), ...leavingUsers.map(([, end]) => end)])
    const { end, cutOff } = drain
      ? await drainAndStop(host, instance, view)
      : { end: await stopInstance(host, instance, view), cutOff: instance.leases.users }
    return { unit: instance.unit, instance, cutOff, end }
  }
  const stop = (instance: Instance): Promise<Stopped> => {
    const known = ends.get(instance)
    if (known !== undefined) return known
    const end = stopOne(instance)
    ends.set(instance, end)
    return end
  }
  for (const instance of live) void stop(instance)
  return ends
}

/** True where one that is leaving could still use `instance`: it holds it, or `use` would give it that. */
function standsOn(graph: Graph, leaving: Instance, instance: Instance): boolean {
  if ([...leaving.holds.values()].some((held) => held.includes(instance))) return true
  return !instance.retired && graph.dependencies(leaving.module).includes(instance.module)
}
