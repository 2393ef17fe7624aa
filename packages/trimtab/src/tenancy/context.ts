import { AsyncLocalStorage } from 'node:async_hooks'
import { TrimtabError } from '../errors/trimtab-error.ts'
import { typeName } from '../primitives/json.ts'
import { parseTenantId, type TenantId } from './tenant-id.ts'
import type { Tenant, TenantContext } from './tenants.ts'

export interface TenantContextParts<Config> {
  /** The handle of a tenant: the same object every time for as long as the tenant is known here. */
  readonly tenantOf: (id: TenantId) => Tenant<Config>
}

/** The context as its owner holds it. */
export interface OwnedTenantContext<Config> extends TenantContext<Config> {
  /** Runs `work` for no tenant, whoever calls: for what serves all of them, such as a timer or a listener. */
  outside<T>(work: () => T): T
}

/**
 * Carries tenants with their work. Each context has a storage of its own, so that two planes in one process never see
 * each other's tenants. A context ends with the call that `run` makes and with what that call began; nothing enters one
 * for the rest of a request, because what comes next on the same socket would be in it too.
 */
export function createTenantContext<Config>({ tenantOf }: TenantContextParts<Config>): OwnedTenantContext<Config> {
  // It holds the handle itself: reading the tenant's configuration is then one property away.
  const storage = new AsyncLocalStorage<Tenant<Config> | undefined>()
  const mustBeFunction = (name: string, work: unknown) => {
    if (typeof work === 'function') return
    throw new TrimtabError('option_invalid', `${name} needs a function to call. Found ${typeName(work)}.`)
  }
  return {
    run(tenant, work) {
      const id = parseTenantId(tenant)
      mustBeFunction('run()', work)
      return storage.run(tenantOf(id), work)
    },
    current: () => storage.getStore(),
    bind<Work extends (...args: never[]) => unknown>(work: Work): Work {
      mustBeFunction('bind()', work)
      const tenant = storage.getStore()
      const bound = function (this: unknown, ...args: Parameters<Work>) {
        return storage.run(tenant, () => Reflect.apply(work, this, args))
      }
      // It takes what `work` takes and gives what it gives.
      return bound as unknown as Work
    },
    outside: (work) => storage.run(undefined, work),
  }
}
