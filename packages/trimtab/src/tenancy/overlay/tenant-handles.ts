import type { TenantId } from '../tenant-id.ts'
import { LiveTenant, type TenantOwner } from './live-tenant.ts'

/**
 * The handles of tenants: one for each, the same for as long as somebody has it. Those with an overlay are kept, because
 * they hold a last good configuration; the others only while they are held, so that ids which somebody makes up cost
 * nothing for long.
 */
export class TenantHandles {
  readonly #owner: TenantOwner
  readonly #kept = new Map<TenantId, LiveTenant<unknown>>()
  readonly #others = new Map<TenantId, WeakRef<LiveTenant<unknown>>>()
  readonly #collected = new FinalizationRegistry<TenantId>((id) => {
    // Another one may have been made since.
    if (this.#others.get(id)?.deref() === undefined) this.#others.delete(id)
  })

  constructor(owner: TenantOwner) {
    this.#owner = owner
  }

  /** `keep` says that the tenant has an overlay. */
  get(id: TenantId, keep: boolean): LiveTenant<unknown> {
    const known = this.find(id)
    if (known !== undefined) return known
    const made = new LiveTenant<unknown>(id, this.#owner)
    if (keep) this.#kept.set(id, made)
    else this.#lend(made)
    return made
  }

  find(id: TenantId): LiveTenant<unknown> | undefined {
    return this.#kept.get(id) ?? this.#others.get(id)?.deref()
  }

  /** Moves a handle that there is already to where it belongs. */
  place(id: TenantId, keep: boolean): void {
    const handle = this.find(id)
    if (handle === undefined || this.#kept.has(id) === keep) return
    if (keep) {
      this.#others.delete(id)
      this.#collected.unregister(handle)
      this.#kept.set(id, handle)
    } else {
      this.#kept.delete(id)
      this.#lend(handle)
    }
  }

  #lend(handle: LiveTenant<unknown>): void {
    this.#others.set(handle.id, new WeakRef(handle))
    this.#collected.register(handle, handle.id, handle)
  }
}
