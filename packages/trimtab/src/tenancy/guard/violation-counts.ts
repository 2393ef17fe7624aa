import { countedFor, type Violation, type ViolationKind, violationKinds } from './violation.ts'

/** How many violations of one kind there were for one tenant since the start. */
export interface ViolationCount {
  readonly kind: ViolationKind
  /** A tenant's id; `_other` for those beyond the first thousand, `_none` where no tenant was known. */
  readonly tenant: string
  readonly count: number
}

export interface ViolationCounts {
  add(violation: Violation): void
  /** By tenant in the order of their first violation, then by kind. */
  list(): readonly ViolationCount[]
}

/** Tenants that are counted each by itself. A first one keeps its place for ever, so that no series ever moves. */
const mostTenants = 1_000

export function createViolationCounts(): ViolationCounts {
  const tenants = new Map<string, Record<ViolationKind, number>>()
  const none = () => ({ missing_context: 0, invalid_context: 0, cross_tenant: 0, mismatch: 0 })
  /** `_none` and `_other` can't be tenants, and take no place from one. */
  let places = 0
  const placeFor = (tenant: string): string => {
    if (tenants.has(tenant) || tenant.startsWith('_')) return tenant
    if (places === mostTenants) return '_other'
    places += 1
    return tenant
  }
  return {
    add(violation) {
      const tenant = placeFor(countedFor(violation))
      const counts = tenants.get(tenant) ?? none()
      counts[violation.kind] += 1
      tenants.set(tenant, counts)
    },
    list() {
      const all = [...tenants].flatMap(([tenant, counts]) => {
        return violationKinds.map((kind) => Object.freeze({ kind, tenant, count: counts[kind] }))
      })
      return Object.freeze(all.filter(({ count }) => count > 0))
    },
  }
}
