import type { EventData, TrimtabEvent } from 'trimtab'
import { changeLines, line, problemLines } from './lines.ts'

/** What is told of tenants and of what keeps them apart; nothing for any other event. */
export function tenantLines(event: TrimtabEvent): readonly string[] {
  switch (event.type) {
    case 'dev.trimtab.tenant.committed': {
      const { tenant, changes, changeCount } = event.data
      return [`tenant ${tenant}: in force for it alone`, ...changeLines(changes, changeCount)]
    }
    case 'dev.trimtab.tenant.completed':
      return completedLines(event.data)
    case 'dev.trimtab.tenant.held': {
      const { tenant, hasGood, problems } = event.data
      const what = hasGood ? 'goes on with its last good configuration' : 'has no configuration, and nobody is let in'
      return [`tenant ${tenant}: ${what}`, ...problemLines(problems)]
    }
    case 'dev.trimtab.tenant.recovered':
      return [`tenant ${event.data.tenant}: reads what is configured for it again`]
    case 'dev.trimtab.tenant.state_changed':
      return [`tenant ${event.data.tenant}: is ${event.data.state}, and was ${event.data.previous}`]
    case 'dev.trimtab.tenant.listing': {
      const { problems } = event.data
      return problems.length === 0 ? ['tenants: the list is in order again'] : ['tenants:', ...problemLines(problems)]
    }
    case 'dev.trimtab.guard.violated': {
      const { tenant = 'nobody', owner = 'nobody', resource, operation, refused, count } = event.data
      const more = count > 1 ? `, ${count} times since the last line` : ''
      return [`guard: ${refused ? 'refused' : 'allowed'} ${operation} of ${resource} of ${owner} by ${tenant}${more}`]
    }
    default:
      return []
  }
}

/** What was refused is told where it is held; here are the warnings of what was taken. */
function completedLines(data: EventData['dev.trimtab.tenant.completed']): readonly string[] {
  if (data.status !== 'applied') return []
  const warnings = problemLines(data.problems)
  const modules = data.modules.map(({ module }) => line('reloaded', `${module}, for ${data.tenant}`))
  return [...modules, ...warnings]
}
