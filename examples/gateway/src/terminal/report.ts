import type { TrimtabEvent } from 'trimtab'
import { healthLines } from './health-lines.ts'
import { createReloadReport } from './reload-report.ts'
import { tenantLines } from './tenant-lines.ts'

/**
 * Tells a person what happens: reloads, health, tenants, and what the guard refuses. Shows no secret: what the plane tells
 * holds none. A plane tells more than a person at a terminal wants to read, and later versions of it more again.
 */
export function createReport(print: (line: string) => void): (event: TrimtabEvent) => void {
  const tellReload = createReloadReport(print)
  return (event) => {
    tellReload(event)
    for (const line of [...healthLines(event), ...tenantLines(event)]) print(line)
  }
}
