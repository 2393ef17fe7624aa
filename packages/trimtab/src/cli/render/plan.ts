import type { Change } from '../../model/change.ts'
import type { Because, Plan, PlannedStep } from '../../reload/plan/plan.ts'
import type { Layout } from './layout.ts'
import type { Planned } from '../service/planned.ts'
import type { PlanDocument, PlannedSource } from '../documents/plan-document.ts'
import type { PossibleFollower } from '../service/may-follow.ts'
import { countText, renderProblems } from './problem-list.ts'
import { renderTable } from './table.ts'

/** A plan for people: what is compared, what changes when, and what modules would do. */
export function renderPlan(planned: Planned, { from, to }: Pick<PlanDocument, 'from' | 'to'>, layout: Layout): string {
  const compared = [
    `${layout.palette.dim('from')}  ${sourcesText(from)}`,
    `${layout.palette.dim('to')}    ${sourcesText(to)}`,
  ].join('\n')
  const parts = planned.kind === 'plan' ? planParts(planned, layout) : refusedParts(planned, layout)
  return [compared, ...parts].filter((part) => part !== '').join('\n\n')
}

function planParts(
  { plan, followers, warnings }: Extract<Planned, { kind: 'plan' }>,
  layout: Layout,
): readonly string[] {
  return [
    changesTable(plan, layout),
    pendingTable(plan, layout),
    stepsTable(plan.steps, layout),
    followersTable(followers, layout),
    renderProblems(warnings, layout),
    summary(plan),
  ]
}

function refusedParts({ kind, side, problems }: Exclude<Planned, { kind: 'plan' }>, layout: Layout): readonly string[] {
  const which = side === 'from' ? 'The configuration before the change' : 'The configuration after the change'
  const why = kind === 'invalid' ? 'is invalid' : 'could not be loaded'
  const count = countText(problems.filter(({ severity }) => severity === 'error').length, 'problem')
  return [renderProblems(problems, layout), `${layout.palette.red(`${which} ${why}`)}: ${count}.`]
}

function changesTable({ changes }: Plan, layout: Layout): string {
  const rows = [...changes].map((change) => [
    { text: change.path, style: layout.palette.cyan },
    kinds[change.kind],
    changes.show(change, 'previous'),
    changes.show(change, 'next'),
  ])
  return section('Changes at once', ['path', '', 'from', 'to'], rows, layout)
}

const kinds: Readonly<Record<Change['kind'], string>> = { added: 'added', removed: 'removed', modified: 'changed' }

function pendingTable({ pendingRestart }: Plan, layout: Layout): string {
  const rows = pendingRestart.map(({ path, running, configured, module }) => [
    { text: path, style: layout.palette.cyan },
    running,
    configured,
    module === undefined ? 'the field is not dynamic' : `${module} cannot be replaced while it runs`,
  ])
  return section('Waits for a restart', ['path', 'running', 'configured', 'because'], rows, layout)
}

function stepsTable(steps: readonly PlannedStep[], layout: Layout): string {
  const rows = steps.map(({ module, action, because, gap }) => [
    { text: module, style: layout.palette.cyan },
    gap ? `${action}, with a gap` : action,
    becauseText(because),
  ])
  return section('Modules, in this order', ['module', 'does', 'because'], rows, layout)
}

function followersTable(followers: readonly PossibleFollower[], layout: Layout): string {
  const rows = followers.map(({ module, dependsOn, effect }) => [
    { text: module, style: layout.palette.cyan },
    effect === 'replace' ? 'is replaced as well' : 'the change waits for a restart',
    `if it holds ${dependsOn.join(' or ')}`,
  ])
  return section('Known to the running process alone', ['module', 'then', 'when'], rows, layout)
}

function section(
  title: string,
  titles: readonly string[],
  rows: Parameters<typeof renderTable>[0]['rows'],
  layout: Layout,
): string {
  return rows.length === 0 ? '' : `${layout.palette.bold(title)}\n${renderTable({ titles, rows }, layout)}`
}

function becauseText(because: Because): string {
  switch (because.kind) {
    case 'changed':
      return `${because.paths.join(', ')} changed`
    case 'enabled':
      return 'it is enabled'
    case 'disabled':
      return 'it is not enabled any more'
    case 'follows':
      return `it holds ${because.module}`
    case 'stuck':
      return 'it is stuck'
    default:
      return because satisfies never
  }
}

function summary({ changes, pendingRestart, steps }: Plan): string {
  if (changes.isEmpty && pendingRestart.length === 0 && steps.length === 0) return 'Nothing would change.'
  const waiting = pendingRestart.length === 0 ? 'none' : pendingRestart.length
  const counts = `${countText(changes.size, 'change')} at once, ${waiting} waiting for a restart`
  return `${counts}. This is a plan: nothing has been changed.`
}

function sourcesText(sources: readonly PlannedSource[]): string {
  return sources.map(({ name, file }) => (file === null ? name : `${name} (${file})`)).join(', ')
}
