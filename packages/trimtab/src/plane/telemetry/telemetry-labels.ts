import { createLabels } from '../../telemetry/labels.ts'
import { mostTenantLabels } from './telemetry-options.ts'

/** The labels of one plane that could become too many: one series or another, a tenant is called the same. */
export interface TelemetryLabels {
  readonly tenant: (id: string) => string
  readonly check: (name: string) => string
}

/** Sums by label: those that have none of their own share one. */
export function sumByTenant<Id extends string>(
  ids: Iterable<Id>,
  labels: TelemetryLabels,
  valueOf: (id: Id) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const id of ids) {
    const label = labels.tenant(id)
    sums.set(label, valueOf(id) + (sums.get(label) ?? 0))
  }
  return sums
}

/** Checks that are told apart. Nobody has so many, unless names are made at run time. */
const mostChecks = 1_000

export function createTelemetryLabels(tenants: number = mostTenantLabels): TelemetryLabels {
  return { tenant: createLabels(tenants), check: createLabels(mostChecks) }
}
