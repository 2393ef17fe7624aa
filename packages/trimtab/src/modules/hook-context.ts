import { TrimtabError } from '../errors/trimtab-error.ts'
import type { Json } from '../primitives/json.ts'
import type { Logger } from '../primitives/logger.ts'
import type { Guard } from '../tenancy/guard/guard.ts'
import type { TenantContext } from '../tenancy/tenants.ts'
import type { HookContext, Module, ModuleRef } from './define-module.ts'
import { type Instance, unitId } from './instance.ts'
import { resolveRef, resourceOf, type Running, useResource } from './running.ts'

/** What the hooks of all modules share. */
export interface HookHost {
  /** What runs as far as everybody else is concerned. */
  readonly committed: () => Running
  readonly log: (module: Module) => Logger
  readonly tenants: TenantContext
  readonly guard: Guard
  readonly emit: (module: Module, name: string, data: Json | undefined) => void
}

export interface HookScope {
  readonly module: Module
  readonly key: string | undefined
  /**
   * What `use` and `hold` see: inside a reload the candidate's resources until that reload has ended, so that a module
   * is started on what it will run with; what was committed ever after.
   */
  readonly view: () => Running
  /** Collects what is held. */
  readonly holds: Map<ModuleRef<unknown>, readonly Instance[]>
}

/** Everything a hook is given but its own data. Only declared dependencies can be used. */
export function createHookContext(host: HookHost, scope: HookScope, signal: AbortSignal): HookContext {
  const { module, key, view, holds } = scope
  const allowed = (ref: ModuleRef<unknown>) => {
    if (module.definition.dependsOn?.includes(ref.module) === true) return
    throw new TrimtabError(
      'option_invalid',
      `The module ${module.name} uses ${ref.module.name} without declaring it. Add it to dependsOn of ${module.name}.`,
    )
  }
  return {
    signal,
    key,
    log: host.log(module),
    tenants: host.tenants,
    guard: host.guard,
    emit: (name, data) => host.emit(module, name, data),
    async use(ref, work) {
      allowed(ref)
      // The resource of a reference is of the type the reference carries: defineModule made both.
      return useResource(view, ref, unitId(module, key), (resource) => work(resource as never))
    },
    hold<R>(ref: ModuleRef<R>) {
      allowed(ref)
      const instances = resolveRef(view(), ref)
      holds.set(ref, instances)
      // As above.
      return resourceOf(ref, instances) as R
    },
  }
}
