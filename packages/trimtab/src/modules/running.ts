import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Module, ModuleRef } from './define-module.ts'
import { type Instance, type UnitId, unitId } from './instance.ts'

/** What runs, by unit. A committed one is never changed: the next commit has its own. */
export type Running = ReadonlyMap<UnitId, Instance>

/** The instances of one module: one, or one a key. */
export function instancesOf(running: Running, module: Module): readonly Instance[] {
  return [...running.values()].filter((instance) => instance.module === module)
}

/** The instances a reference means. Throws `module_failed` where it does not run. */
export function resolveRef(running: Running, { module, key }: ModuleRef<unknown>): readonly Instance[] {
  if (module.definition.each === true && key === undefined) return instancesOf(running, module)
  const id = unitId(module, key)
  const instance = running.get(id)
  if (instance !== undefined) return [instance]
  throw new TrimtabError(
    'module_failed',
    `The module ${id} does not run. It is not enabled, or not among the plane's modules.`,
    {
      details: { module: id },
    },
  )
}

/** A unit that `instance` holds another resource of than the one that runs: it was replaced, and this one was not. */
export function staleHold({ holds }: Instance, running: Running): UnitId | undefined {
  for (const [{ module, key }, held] of holds) {
    const isWhole = module.definition.each === true && key === undefined
    const current = isWhole
      ? instancesOf(running, module)
      : [running.get(unitId(module, key))].filter((each) => each !== undefined)
    const differs = held.find((each) => !current.includes(each)) ?? current.find((each) => !held.includes(each))
    if (differs !== undefined) return differs.unit
  }
  return undefined
}

/** What `use` and `hold` hand out: the resource, or a map of them by key. */
export function resourceOf({ module, key }: ModuleRef<unknown>, instances: readonly Instance[]): unknown {
  if (module.definition.each === true && key === undefined) {
    return new Map(instances.map((instance) => [instance.key, instance.resource]))
  }
  return instances[0]?.resource
}

/**
 * Leases what `ref` means in the newest `view` for the time of `work`. A user that meets a gap waits for its end and
 * looks again.
 */
export async function useResource<T>(
  view: () => Running,
  ref: ModuleRef<unknown>,
  user: string,
  work: (resource: unknown) => T | PromiseLike<T>,
): Promise<T> {
  let instances = resolveRef(view(), ref)
  for (let gap = firstGap(instances); gap !== undefined; gap = firstGap(instances)) {
    await gap
    instances = resolveRef(view(), ref)
  }
  const releases = instances.map((instance) => instance.leases.acquire(user))
  try {
    return await work(resourceOf(ref, instances))
  } finally {
    for (const release of releases) release()
  }
}

function firstGap(instances: readonly Instance[]): Promise<void> | undefined {
  return instances.find((instance) => instance.gap !== undefined)?.gap?.promise
}
