import type { StepEnd } from '../primitives/deadline.ts'
import type { Graph } from './graph.ts'
import type { Instance, UnitId } from './instance.ts'
import { drainAndStop, type LifecycleHost, stopInstance } from './lifecycle.ts'

/** How the stop of one resource ended. */
export interface Stopped {
  readonly unit: UnitId
  readonly instance: Instance
  /** Users it was taken from. */
  readonly cutOff: readonly string[]
  readonly end: StepEnd<unknown>
}

export interface StopOptions {
  /** Milliseconds for all of it: each stop gets what is left. */
  readonly budget?: number | undefined
  /** Whether users are waited for. */
  readonly drain: boolean
}

/**
 * Stops resources in the reverse of the order they start in, those that don't depend on each other at the same time: a
 * resource stops when everything that could use it has ended. One that hangs or throws keeps no other from stopping.
 */
export async function stopAll(
  host: LifecycleHost,
  graph: Graph,
  instances: readonly Instance[],
  { budget = Infinity, drain }: StopOptions,
): Promise<readonly Stopped[]> {
  const { clock } = host
  const startedAt = clock.monotonic()
  const ends = new Map<Instance, Promise<Stopped>>()
  const dependents = (instance: Instance) =>
    instances.filter((other) => other !== instance && graph.dependencies(other.module).includes(instance.module))

  const stopOne = async (instance: Instance): Promise<Stopped> => {
    await Promise.all(dependents(instance).map(stop))
    const left = budget - (clock.monotonic() - startedAt)
    const { end, cutOff } = drain
      ? await drainAndStop(host, instance, left)
      : { end: await stopInstance(host, instance, left), cutOff: instance.leases.users }
    return { unit: instance.unit, instance, cutOff, end }
  }
  const stop = (instance: Instance): Promise<Stopped> => {
    const known = ends.get(instance)
    if (known !== undefined) return known
    const end = stopOne(instance)
    ends.set(instance, end)
    return end
  }
  return Promise.all(instances.filter((instance) => !instance.ended).map(stop))
}
