import type { Problem } from '../../../schema/problem.ts'
import type { ListedTenant } from '../../../sources/overlays/overlay-source.ts'
import { isTenantId, type TenantId } from '../../tenant-id.ts'

/** A listing after its names have been judged. */
export interface JudgedList {
  readonly tenants: ReadonlyMap<TenantId, ListedTenant>
  /** Tenants whose names can't stand beside each other: their overlays are not read. */
  readonly clashes: ReadonlyMap<TenantId, Problem>
  /** Names that no tenant can have. */
  readonly problems: readonly Problem[]
}

/** Ids that differ in case only would be one file, one row or one label in some place, and two in another. */
export function judgeList(listed: readonly ListedTenant[]): JudgedList {
  const tenants = new Map<TenantId, ListedTenant>()
  const problems: Problem[] = []
  const firsts = new Map<string, TenantId>()
  const clashes = new Map<TenantId, Problem>()
  for (const each of listed) {
    const { tenant } = each
    if (!isTenantId(tenant)) {
      problems.push(notAnId(each))
      continue
    }
    tenants.set(tenant, each)
    const folded = tenant.toLowerCase()
    const first = firsts.get(folded)
    if (first === undefined) firsts.set(folded, tenant)
    else {
      clashes.set(tenant, clash(each, first))
      const other = tenants.get(first)
      if (other !== undefined && !clashes.has(first)) clashes.set(first, clash(other, tenant))
    }
  }
  return { tenants, clashes, problems }
}

function notAnId({ tenant, origin }: ListedTenant): Problem {
  return {
    code: 'key_invalid',
    severity: 'error',
    message: `${JSON.stringify(tenant.slice(0, 128))} can't be the id of a tenant`,
    hint: 'An id is 1 to 128 letters a to z, digits, _, - and ., the first a letter or digit. Rename or remove it.',
    origin,
  }
}

function clash({ tenant, origin }: ListedTenant, other: TenantId): Problem {
  return {
    code: 'ambiguous_name',
    severity: 'error',
    message: `the tenants ${tenant} and ${other} differ in case only`,
    hint: 'Rename or remove one of them.',
    origin,
  }
}
