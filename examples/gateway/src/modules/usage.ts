import { defineModule } from 'trimtab'

/** What one tenant has asked for since the last time somebody looked. */
export interface TenantUsage {
  readonly requests: number
  /** Answered with 400 or above. */
  readonly failed: number
}

/** Counts requests by tenant. */
class Usage {
  #counts = new Map<string, TenantUsage>()

  count(tenant: string, status: number): void {
    const { requests, failed } = this.#counts.get(tenant) ?? { requests: 0, failed: 0 }
    this.#counts.set(tenant, { requests: requests + 1, failed: failed + (status < 400 ? 0 : 1) })
  }

  /** Gives what was counted, and begins anew. */
  take(): ReadonlyMap<string, TenantUsage> {
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }
}

export const usage = defineModule({ name: 'usage', start: () => new Usage() })
