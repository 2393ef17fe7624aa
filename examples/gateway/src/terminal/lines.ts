import type { EventData } from 'trimtab'

type Completed = EventData['dev.trimtab.reload.completed']
type Change = Completed['changes'][number]
type Problem = Completed['problems'][number]
type ModuleData = Completed['modules'][number]

/** One thing that is told below a title. */
export function line(word: string, text: string): string {
  return `  ${word.padEnd(9)} ${text}`
}

/** Of very many changes an event has the first ones. */
export function changeLines(changes: readonly Change[], count: number): readonly string[] {
  const more = count > changes.length ? [line('changed', `${count - changes.length} more`)] : []
  return [...changes.map((change) => line('changed', change.line)), ...more]
}

export function problemLines(problems: readonly Problem[]): readonly string[] {
  // That nobody has published anything yet is what a new store is, and it is seeded at once.
  const told = problems.filter(({ code, source }) => code !== 'absent' || source?.startsWith('store:') !== true)
  return told.map(({ severity, text }) => line(severity === 'error' ? 'refused' : 'warning', text))
}

export function moduleLine({ status, module, action, step, error }: ModuleData): readonly string[] {
  switch (status) {
    case 'applied':
      return [line(action ?? status, module)]
    case 'failed':
      return [line('failed', `${module} at its ${step}: ${error}`)]
    case 'undone':
      return [line('undone', module)]
    case 'skipped':
      return []
    default:
      return status satisfies never
  }
}

export function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}
