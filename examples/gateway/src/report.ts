import type { EventData, TrimtabEvent } from 'trimtab'

type Completed = EventData['dev.trimtab.reload.completed']
type ModuleReport = Completed['modules'][number]
type PendingRestarts = Completed['pendingRestart']

/**
 * Tells a person what became of each reload: what changed, who took it, what was refused and where, and what waits for a
 * restart. Shows no secret: what the plane tells holds none.
 */
export function createReport(print: (line: string) => void): (event: TrimtabEvent) => void {
  /** Whether something was said to wait, so that its end is said as well. */
  let isWaiting = false
  let isCommitting = false

  const tellWaiting = (pending: PendingRestarts) => {
    for (const { path, running, configured } of pending) {
      print(`  waiting   for a restart: ${path} is ${running}, configured ${configured}`)
    }
    if (pending.length === 0 && isWaiting) print('  waiting   nothing any more')
    isWaiting = pending.length > 0
  }
  const tellMoved = (title: string, pending: PendingRestarts) => {
    // Of a commit it is told with everything else.
    if (isCommitting) return
    print(title)
    tellWaiting(pending)
  }

  return (event) => {
    switch (event.type) {
      case 'dev.trimtab.reload.committed':
        isCommitting = true
        return
      case 'dev.trimtab.reload.completed':
        isCommitting = false
        if (event.data.repeated) return
        for (const line of completedLines(event.data, event.generation)) print(line)
        tellWaiting(event.data.pendingRestart)
        return
      case 'dev.trimtab.restart.pending':
        tellMoved('configured, but not in force:', event.data.pendingRestart)
        return
      case 'dev.trimtab.restart.cleared':
        tellMoved('configured is what is in force:', [])
        return
      case 'dev.trimtab.module.retired': {
        const { module, cutOff, error } = event.data
        if (cutOff.length === 0 && error === undefined) print(`  ended     ${module}, the old one`)
        return
      }
      default:
      // A plane tells more than a person at a terminal wants to read, and later versions of it more again.
    }
  }
}

/** True for what the plane logs and the report says already. */
export function isReported(line: string): boolean {
  return /^Reload \S+ \(|waits? for a restart/.test(line)
}

function completedLines(completed: Completed, generation: number): readonly string[] {
  const { status, triggers, changes, changeCount, modules, problems, duration } = completed
  const title = `reload by ${triggers.join(', ')}:`
  const end = `generation ${generation}, ${Math.round(duration)} ms`
  const steps = modules.flatMap(moduleLine)
  const told = problems.map(({ severity, text }) => `  ${severity === 'error' ? 'refused  ' : 'warning  '} ${text}`)
  switch (status) {
    case 'full_success':
    case 'partial_applied': {
      const changed = changes.map(({ line }) => `  changed   ${line}`)
      // Of very many changes an event has the first ones.
      const more = changeCount > changes.length ? [`  changed   ${changeCount - changes.length} more`] : []
      return [`${title} ${end}`, ...changed, ...more, ...steps, ...told]
    }
    case 'unchanged':
      return [`${title} nothing to apply, still ${end}`, ...told]
    case 'validation_failed':
    case 'load_failed':
      return [`${title} refused, still ${end}`, ...told]
    case 'rolled_back':
    case 'stuck':
    case 'circuit_open':
      return [`${title} ${status.replace('_', ' ')}, still ${end}`, ...steps, ...told]
    default:
      return status satisfies never
  }
}

function moduleLine({ status, module, action, step, error }: ModuleReport): readonly string[] {
  switch (status) {
    case 'applied':
      return [`  ${(action ?? status).padEnd(9)} ${module}`]
    case 'failed':
      return [`  failed    ${module} at its ${step}: ${error}`]
    case 'undone':
      return [`  undone    ${module}`]
    case 'skipped':
      return []
    default:
      return status satisfies never
  }
}
