import type { Logger } from 'trimtab'

/** What the plane logs and the report says already. */
const reported = [
  /^Reload \S+ \(/,
  /waits? for a restart/,
  /^Generation \d+ is what was stable before$/,
  /^A content was set aside/,
  /^What is configured is what runs again$/,
  /^\S+ is (healthy|degraded|unhealthy)\b/,
  /^The (readiness|liveness) of the service is /,
  /^The tenant \S+ /,
  /^The list of tenants/,
  /^The guard (refused|allowed) /,
  /^Published revision /,
  /nothing has ever been published/,
]

/** A logger for the plane, which prints what else it has to say. */
export function createNotes(print: (line: string) => void): Logger {
  const tell = (line: string) => {
    if (!reported.some((pattern) => pattern.test(line))) print(`  note      ${line}`)
  }
  return { debug() {}, info: tell, warn: tell, error: tell }
}
