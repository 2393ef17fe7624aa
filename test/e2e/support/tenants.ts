import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Who sends requests in these tests. */
const tenants = ['acme', 'globex', 'initech'] as const

/** What a request of a tenant carries. */
export function credentials(tenant: string): { 'x-tenant': string; authorization: string } {
  return { 'x-tenant': tenant, authorization: `Bearer ${tokenOf(tenant)}` }
}

/** What a tenant's file says, with a mistake or a limit of its own where that is wanted. */
export function tenantFile(tenant: string, limits = 'requestsPerSecond: 1000000'): string {
  return `access: { token: "${tokenOf(tenant)}" }\nlimits: { ${limits} }\n`
}

/** Gives everybody a file in the folder of a gateway. */
export function writeTenants(folder: string): void {
  mkdirSync(join(folder, 'tenants'))
  for (const tenant of tenants) writeFileSync(join(folder, 'tenants', `${tenant}.yaml`), tenantFile(tenant))
}

function tokenOf(tenant: string): string {
  return `hidden-token-of-${tenant}`
}
