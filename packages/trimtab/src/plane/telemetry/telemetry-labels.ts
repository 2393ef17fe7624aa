import { createLabels } from '../../telemetry/labels.ts'
import { mostTenantLabels } from './telemetry-options.ts'

/** The labels of one plane that could become too many: one series or another, a tenant is called the same. */
export interface TelemetryLabels {
  readonly tenant: (id: string) => string
  readonly check: (name: string) => string
}

/** Checks that are told apart. Nobody has so many, unless names are made at run time. */
const mostChecks = 1_000

export function createTelemetryLabels(tenants: number = mostTenantLabels): TelemetryLabels {
  return { tenant: createLabels(tenants), check: createLabels(mostChecks) }
}
