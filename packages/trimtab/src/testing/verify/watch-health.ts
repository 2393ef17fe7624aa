import type { Module } from '../../modules/define-module.ts'
import { isTemporary } from '../../health/finding/temporary.ts'
import { healthChecksOf } from '../../modules/health-hook.ts'
import type { Calls } from './calls/calls.ts'
import type { Findings } from './findings.ts'
import { inspectReport, type ReportInspection } from './report.ts'

export interface HealthWatch {
  readonly calls: Calls
  readonly findings: Findings
  readonly deadline: number
  /** What was reported so far, by the check and the key of the module. */
  readonly reports: Map<string, ReportInspection[]>
  readonly isCutShort: () => boolean
}

/** The checks that a module declares, with their runs watched. */
export function watchHealth(
  { definition }: Module,
  { calls, findings, deadline, reports, isCutShort }: HealthWatch,
): Module['definition']['health'] {
  if (definition.health === undefined) return undefined
  const checks = healthChecksOf(definition.health).map(({ run, interval = 0, ...rest }) => ({
    ...rest,
    // What would be changed is not the module's.
    remedy: undefined,
    timeout: deadline,
    // Nobody but the scenario runs it.
    interval: Math.max(interval, 60_000, deadline),
    run: (context: Parameters<typeof run>[0]) =>
      calls.run({
        hook: 'health',
        signal: context.signal,
        cutShort: isCutShort(),
        forgives: isTemporary,
        async run(signal) {
          const given = await run({ ...context, signal })
          const id = JSON.stringify([rest.name, context.key])
          const known = reports.get(id) ?? []
          reports.set(id, [...known, inspectReport(given, 'health', findings)])
          return given
        },
      }),
  }))
  return checks.length === 1 ? checks[0] : checks
}
