import type { TenantId } from '../tenant-id.ts'

/** In how many ways work can be other than its tenant's. */
export const violationKinds = ['missing_context', 'invalid_context', 'cross_tenant', 'mismatch'] as const

/**
 * `missing_context`: outside of any tenant, or its context was lost. `invalid_context`: the context's tenant has been
 * removed, or the owner that was named can't be one. `cross_tenant`: what was touched belongs to another. `mismatch`: the
 * tenant changed under work that was under way.
 */
export type ViolationKind = (typeof violationKinds)[number]

/** One piece of work that was not its tenant's. Frozen, and never with a value of the configuration in it. */
export interface Violation {
  readonly kind: ViolationKind
  /** The tenant of the context; undefined where there was none. */
  readonly tenant: TenantId | undefined
  /** Who owns what was touched, for a mismatch whose work it had begun as; undefined for what can't be a tenant. */
  readonly owner: TenantId | undefined
  readonly resource: string
  readonly operation: string
  /** False where it was recorded and allowed. */
  readonly refused: boolean
  /** Wall time in milliseconds since 1970. */
  readonly at: number
}

/** Who a violation is counted for: whose work it was, else whose things were touched. */
export function countedFor({ tenant, owner }: Violation): string {
  return tenant ?? owner ?? '_none'
}

/** A violation as one line for people. */
export function printViolation({ kind, tenant, owner, resource, operation }: Violation): string {
  const what = `${operation} of ${resource}`
  switch (kind) {
    case 'missing_context':
      return `${what}, which ${belongsTo(owner)}, outside of any tenant`
    case 'invalid_context':
      return owner === undefined
        ? `${what} for an owner that can't be a tenant`
        : `${what}, which ${belongsTo(owner)}, by ${tenant}, which is no tenant any more`
    case 'cross_tenant':
      return `${what}, which ${belongsTo(owner)}, by ${tenant}`
    case 'mismatch':
      return `${what}, begun ${owner === undefined ? 'outside of any tenant' : `by ${owner}`}, goes on as ${tenant}`
    default:
      return kind satisfies never
  }
}

function belongsTo(owner: TenantId | undefined): string {
  return owner === undefined ? 'has no known owner' : `belongs to ${owner}`
}
