import { type ModuleReport, type Outcome, type PlaneEvent, type PendingRestart, printProblem } from 'trimtab'

/**
 * Tells a person what became of each reload: what changed, who took it, what was refused and where, and what waits for a
 * restart. Shows no secret: what the plane tells holds none.
 */
export function createReport(print: (line: string) => void): (event: PlaneEvent) => void {
  /** What was said to wait, so that it is said once a reload. */
  let told: readonly string[] = []
  let isCommitting = false

  const tellWaiting = (pending: readonly PendingRestart[]) => {
    const waiting = pending.map(({ path, running, configured }) => `${path} is ${running}, configured ${configured}`)
    for (const line of waiting) print(`  waiting   for a restart: ${line}`)
    if (waiting.length === 0 && told.length > 0) print('  waiting   nothing any more')
    told = waiting
  }

  return (event) => {
    switch (event.kind) {
      case 'committed':
        isCommitting = true
        return
      case 'settled':
        isCommitting = false
        if (event.repeated) return
        for (const line of outcomeLines(event.outcome)) print(line)
        tellWaiting(event.outcome.pendingRestart)
        return
      case 'pending_restart':
        // Of a commit it is told with everything else.
        if (isCommitting) return
        print(event.pending.length > 0 ? 'configured, but not in force:' : 'configured is what is in force:')
        tellWaiting(event.pending)
        return
      case 'retired':
        if (event.cutOff.length === 0 && event.error === undefined) print(`  ended     ${event.module}, the old one`)
        return
      default:
      // A plane tells more than a person at a terminal wants to read, and later versions of it more again.
    }
  }
}

/** True for what the plane logs and the report says already. */
export function isReported(line: string): boolean {
  return /^Reload \S+ \(|waits? for a restart/.test(line)
}

function outcomeLines(outcome: Outcome): readonly string[] {
  const { generation, modules, problems, duration } = outcome
  const title = `reload by ${outcome.triggers.join(', ')}:`
  const end = `generation ${generation}, ${Math.round(duration)} ms`
  const steps = modules.flatMap(moduleLine)
  const told = problems.map(
    (problem) => `  ${problem.severity === 'error' ? 'refused  ' : 'warning  '} ${printProblem(problem)}`,
  )
  switch (outcome.status) {
    case 'full_success':
    case 'partial_applied':
      return [`${title} ${end}`, ...outcome.changes.summary().map((line) => `  changed   ${line}`), ...steps, ...told]
    case 'unchanged':
      return [`${title} nothing to apply, still ${end}`, ...told]
    case 'validation_failed':
    case 'load_failed':
      return [`${title} refused, still ${end}`, ...told]
    case 'rolled_back':
    case 'stuck':
    case 'circuit_open':
      return [`${title} ${outcome.status.replace('_', ' ')}, still ${end}`, ...steps, ...told]
    default:
      return outcome satisfies never
  }
}

function moduleLine(report: ModuleReport): readonly string[] {
  switch (report.status) {
    case 'applied':
      return [`  ${report.action.padEnd(9)} ${report.module}`]
    case 'failed':
      return [`  failed    ${report.module} at its ${report.step}: ${report.error}`]
    case 'undone':
      return [`  undone    ${report.module}`]
    case 'skipped':
      return []
    default:
      return report satisfies never
  }
}
