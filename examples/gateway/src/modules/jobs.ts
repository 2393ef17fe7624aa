import type { EachModule } from 'trimtab'
import { type ScheduledJob, schedulerModule } from 'trimtab/parts'
import { config } from '../config.ts'
import { type TenantUsage, usage } from './usage.ts'

/** What the gateway does by itself, each job at its own times. */
export function jobs(print: (line: string) => void): EachModule<ScheduledJob> {
  return schedulerModule({
    name: 'jobs',
    config: config.section('jobs'),
    dependsOn: [usage],
    jobs: { usage: ({ use }) => use(usage, (counted) => tell(counted.take(), print)) },
  })
}

function tell(counts: ReadonlyMap<string, TenantUsage>, print: (line: string) => void): void {
  const parts = [...counts].map(
    ([tenant, { requests, failed }]) => `${tenant} ${requests} (${failed} refused or failed)`,
  )
  if (parts.length > 0) print(`usage: ${parts.toSorted().join(', ')}`)
}
