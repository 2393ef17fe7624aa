import type { EventData, TrimtabEvent } from 'trimtab'
import { changeLines, inSeconds, line, moduleLine, problemLines } from './lines.ts'

type Completed = EventData['dev.trimtab.reload.completed']
type PendingRestarts = Completed['pendingRestart']
type ModuleData = Completed['modules'][number]

/** A reload between its beginning and its commit. */
interface UnderWay {
  readonly triggers: Completed['triggers']
  readonly applied: ModuleData[]
}

/**
 * Tells of each reload: what changed, who took it, what was refused and where, what waits for a restart, and, where health
 * judges it, whether it stays. A commit is told when it is in force, and what health says of it when it is said.
 */
export function createReloadReport(print: (text: string) => void): (event: TrimtabEvent) => void {
  const underWay = new Map<string, UnderWay>()
  const committed = new Set<string>()
  let pending: PendingRestarts = []
  /** Whether it was told what waits, so that its end is told as well. */
  let isWaiting = false
  /** A commit is being told: what waits since then belongs to it. */
  let isCommitting = false
  /** It was told on its own what waits, and the end of the reload that it comes from is still to be told. */
  let isTold = false

  const tellWaiting = () => {
    isCommitting = false
    for (const { path, running, configured } of pending) {
      print(line('waiting', `for a restart: ${path} is ${running}, configured ${configured}`))
    }
    if (pending.length === 0 && isWaiting) print(line('waiting', 'nothing any more'))
    isWaiting = pending.length > 0
  }
  const movePending = (title: string, next: PendingRestarts) => {
    pending = next
    if (isCommitting) return
    print(title)
    tellWaiting()
    isTold = true
  }
  const tellCommit = (id: string, generation: number, data: EventData['dev.trimtab.reload.committed']) => {
    const { triggers, applied } = underWay.get(id) ?? { triggers: [], applied: [] }
    underWay.delete(id)
    isCommitting = true
    isTold = false
    if (data.undone) print(`undone: generation ${generation} is what was stable before`)
    else {
      committed.add(id)
      print(`reload by ${triggers.join(', ')}: generation ${generation}`)
    }
    changeLines(data.changes, data.changeCount).forEach(print)
    applied.flatMap(moduleLine).forEach(print)
  }
  const tellEnd = (id: string, generation: number, data: Completed) => {
    const wasCommitted = committed.delete(id)
    underWay.delete(id)
    if (!data.repeated) for (const text of endLines(data, generation, wasCommitted)) print(text)
    // Of a commit that had to prove itself it has been told at its beginning.
    if (isCommitting || !(wasCommitted || isTold)) tellWaiting()
    isTold = false
  }

  return (event) => {
    const { reloadid = '' } = event
    switch (event.type) {
      case 'dev.trimtab.reload.started':
        underWay.set(reloadid, { triggers: event.data.triggers, applied: [] })
        return
      case 'dev.trimtab.module.applied':
        underWay.get(reloadid)?.applied.push(event.data)
        return
      case 'dev.trimtab.reload.committed':
        return tellCommit(reloadid, event.generation, event.data)
      case 'dev.trimtab.reload.completed':
        return tellEnd(reloadid, event.generation, event.data)
      case 'dev.trimtab.bake.started':
        tellWaiting()
        print(line('proving', 'health decides whether it stays'))
        return
      case 'dev.trimtab.bake.stable':
        return print(`stable: generation ${event.generation}, after ${inSeconds(event.data.duration)}`)
      case 'dev.trimtab.bake.undone':
        print(`health says no to generation ${event.generation}, after ${inSeconds(event.data.duration)}:`)
        return event.data.reasons.forEach((reason) => print(line('unhealthy', reason)))
      case 'dev.trimtab.content.set_aside':
        return print(line('set aside', 'it is not tried again until it changes'))
      case 'dev.trimtab.restart.pending':
        return movePending('configured, but not in force:', event.data.pendingRestart)
      case 'dev.trimtab.restart.cleared':
        return movePending('configured is what is in force:', [])
      case 'dev.trimtab.module.retired': {
        const { module, cutOff, error } = event.data
        if (cutOff.length === 0 && error === undefined) print(line('ended', `${module}, the old one`))
        return
      }
      default:
    }
  }
}

function endLines(completed: Completed, generation: number, wasCommitted: boolean): readonly string[] {
  const { status, triggers, modules, problems, duration } = completed
  const title = `reload by ${triggers.join(', ')}:`
  const still = `still generation ${generation}, ${Math.round(duration)} ms`
  const told = problemLines(problems)
  switch (status) {
    case 'full_success':
    case 'partial_applied':
      return told
    case 'unchanged':
      return [`${title} nothing to apply, ${still}`, ...told]
    case 'validation_failed':
    case 'load_failed':
      return [`${title} refused, ${still}`, ...told]
    case 'rolled_back':
      // Health has been heard, and what is in force again has been told.
      if (wasCommitted) return told
      return [`${title} rolled back, ${still}`, ...modules.flatMap(moduleLine), ...told]
    case 'stuck':
    case 'circuit_open':
      return [`${title} ${status.replace('_', ' ')}, ${still}`, ...modules.flatMap(moduleLine), ...told]
    default:
      return status satisfies never
  }
}
