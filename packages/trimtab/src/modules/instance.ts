import type { Brand } from '../primitives/brand.ts'
import { type Deferred, deferred } from '../primitives/concurrency/deferred.ts'
import type { Module, ModuleRef } from './define-module.ts'
import { createLeases, type Leases } from './lease.ts'

/** Names what can run: a module, or one key of a module with `each`: `pool`, `upstreams["blue"]`. */
export type UnitId = Brand<string, 'UnitId'>

export function unitId(module: Module, key: string | undefined): UnitId {
  // The only maker of these.
  return (key === undefined ? module.name : `${module.name}[${JSON.stringify(key)}]`) as UnitId
}

/** What a resource was given by `hold`: each reference with what it meant. */
type Holds = ReadonlyMap<ModuleRef<unknown>, readonly Instance[]>

/** One running resource. */
export interface Instance {
  readonly unit: UnitId
  readonly module: Module
  readonly key: string | undefined
  readonly resource: unknown
  readonly leases: Leases
  /** What it was given by `hold`: when that is replaced, this one is as well. */
  readonly holds: Holds
  /** The section it runs on: what it last took, which under `bestEffort` can be older than the snapshot. */
  readonly section: unknown
  /** Notes that it now runs on `section`. For the engine alone. */
  runsOn(section: unknown): void
  /**
   * Set while an exclusive resource has been stopped and its successor is not there yet; a user that comes meanwhile
   * waits for it.
   */
  gap: Deferred<void> | undefined
  /** True once its stop has begun. */
  ended: boolean
  /** True once it has been given up: it serves the users it has, and then ends. */
  retired: boolean
  /** True after a change of it failed and could not be undone: nobody knows what it runs on. */
  unsound: boolean
}

export interface InstanceParts {
  readonly module: Module
  readonly key: string | undefined
  readonly resource: unknown
  readonly section: unknown
  readonly holds: Holds
}

export function createInstance({ module, key, resource, section, holds }: InstanceParts): Instance {
  let current = section
  return {
    unit: unitId(module, key),
    module,
    key,
    resource,
    holds,
    leases: createLeases(),
    gap: undefined,
    ended: false,
    retired: false,
    unsound: false,
    get section() {
      return current
    },
    runsOn(next) {
      current = next
    },
  }
}

/** Whether it can be taken back as it is; otherwise it can only be started anew. */
export function canServe({ ended, retired }: Instance): boolean {
  return !ended && !retired
}

export function openGap(instance: Instance): void {
  instance.gap ??= deferred()
}

/** Lets the users that waited look again: for the successor, or for the refusal that there is none. */
export function closeGap(instance: Instance): void {
  instance.gap?.resolve()
  instance.gap = undefined
}

/** These and everything that they hold, and what that holds. */
export function withHeld(instances: Iterable<Instance>): ReadonlySet<Instance> {
  const all = new Set(instances)
  // A set goes on to what is added while it is walked.
  for (const { holds } of all) for (const held of holds.values()) for (const each of held) all.add(each)
  return all
}
