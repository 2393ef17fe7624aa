import { compareReports } from '../report.ts'
import type { Scenario } from './scenario.ts'

const runs = 4

/** Runs the health checks of the module as callers who need to know now. */
export const healing: Scenario = {
  question: 'what its health checks do',
  hook: 'health',
  needs: ['start', 'enabled'],
  suits: ({ health }) => health !== undefined,
  async run(lab) {
    const { calls, findings } = lab.parts
    await lab.boot(0)
    const counts: number[] = []
    for (let run = 0; run < runs && !calls.isTroubled; run += 1) {
      await lab.checkHealth()
      const before = counts.at(-1) ?? Infinity
      counts.push((await calls.settled((open) => open.length <= before)).length)
    }
    if (counts.length === runs) calls.noteGrowth(counts, await calls.settled(() => true))
    for (const reports of lab.reports.values()) compareReports(reports, 'health', findings)
    if (calls.isTroubled) return
    lab.treatment.cutShort = 'health'
    await lab.checkHealth()
  },
}
