import type { HealthStatus } from '../check.ts'

const severities = { healthy: 0, degraded: 1, unhealthy: 2, unknown: 3 } as const satisfies Record<HealthStatus, number>

/** How bad a status is: a greater number is worse. */
export function severityOf(status: HealthStatus): number {
  return severities[status]
}

/** Whether it counts as a failure. Degraded is a pass: the thing works. */
export function isFailing(status: HealthStatus): boolean {
  return status === 'unhealthy' || status === 'unknown'
}
