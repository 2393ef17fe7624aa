import { EventEmitter } from 'node:events'
import { setTimeout as timer } from 'node:timers/promises'
import { type GuardEvent, isTrimtabError, type TrimtabError } from 'trimtab'
import type { Shop } from './shop.ts'

/** Work for tenants that touches what belongs to somebody, and how that ended. */
export class GuardedWork {
  readonly #shop: Shop
  /** What the last work met; undefined where it went through. */
  #refusal: TrimtabError | undefined
  /** What the guard has told since somebody changed it. */
  readonly told: GuardEvent[] = []

  constructor(shop: Shop) {
    this.#shop = shop
  }

  get refusal(): TrimtabError | undefined {
    return this.#refusal
  }

  /** Notes how something ends that may be refused. */
  async attempt(work: () => unknown): Promise<void> {
    this.#refusal = undefined
    try {
      await work()
    } catch (error) {
      if (!isTrimtabError(error)) throw error
      this.#refusal = error
    }
  }

  read(resource: string, owner: string): void {
    this.#shop.plane.guard.assert({ tenant: owner, resource, operation: 'read' })
  }

  /** Work for the tenant, or outside of any. */
  for<T>(tenant: string | undefined, work: () => T): T {
    return tenant === undefined ? work() : this.#shop.plane.tenants.run(tenant, work)
  }

  /** What the work goes through before it reads. */
  async goOn(tenant: string, where: string, read: () => void): Promise<void> {
    switch (where) {
      case 'after a promise':
        return this.for(tenant, () => Promise.resolve().then(read))
      case 'after a timer':
        return this.for(tenant, () => timer(0).then(read))
      case 'in a callback of a pool': {
        const pool = new EventEmitter()
        this.for(tenant, () => pool.once('idle', this.#shop.plane.tenants.bind(read)))
        pool.emit('idle')
        return undefined
      }
      default:
        throw new Error(`Work does not go on ${where}`)
    }
  }

  /** Work that one tenant began and that goes on in the name of another. */
  handOver(from: string, to: string): void {
    const { guard } = this.#shop.plane
    const begun = this.for(from, () => guard.begin({ tenant: from, resource: 'orders/1', operation: 'read' }))
    this.for(to, () => begun.check())
  }
}
