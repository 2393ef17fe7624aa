import type { DeepReadonly } from '../../model/deep-readonly.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { TenantId } from '../tenant-id.ts'
import type { Tenant } from '../tenants.ts'

/** Whoever makes the configurations of tenants. */
export interface TenantOwner {
  /** What all tenants share; undefined until there is something. */
  readonly shared: Snapshot<object> | undefined
  /** Settles a tenant whose configuration may be another one, and gives it; or throws why it has none. */
  refresh(tenant: LiveTenant<unknown>): object
}

/** One tenant. Reading its configuration compares one field, as long as neither it nor the shared one has changed. */
export class LiveTenant<Config> implements Tenant<Config> {
  readonly id: TenantId
  readonly #owner: TenantOwner
  #config: object | undefined
  /** The shared snapshot for which `#config` was decided. */
  #seen: Snapshot<object> | undefined
  /** The same, where the next reader is waited for. */
  #dozing: Snapshot<object> | undefined

  constructor(id: TenantId, owner: TenantOwner) {
    this.id = id
    this.#owner = owner
  }

  get config(): DeepReadonly<Config> {
    const seen = this.#seen
    const config = seen !== undefined && seen === this.#owner.shared ? this.#config : this.#owner.refresh(this)
    // What the plane's own schema gave.
    return config as DeepReadonly<Config>
  }

  /** What it held last, good for whichever shared snapshot. */
  get held(): object | undefined {
    return this.#config
  }

  isSettledFor(shared: Snapshot<object>): boolean {
    return this.#seen === shared || this.#dozing === shared
  }

  /** Holds `config` from now on, until the shared snapshot is another one. */
  settle(config: object, seen: Snapshot<object>): object {
    this.#config = config
    this.#seen = seen
    this.#dozing = undefined
    return config
  }

  /** Has the next reader ask, and be given what it holds. */
  doze(): void {
    this.#dozing = this.#seen ?? this.#dozing
    this.#seen = undefined
  }

  /** What was held when it dozed off, where it is still that for `shared`. */
  wake(shared: Snapshot<object>): object | undefined {
    return this.#dozing === shared && this.#config !== undefined ? this.settle(this.#config, shared) : undefined
  }

  /** Has the next reader ask again. */
  unsettle(): void {
    this.#seen = undefined
    this.#dozing = undefined
  }
}
