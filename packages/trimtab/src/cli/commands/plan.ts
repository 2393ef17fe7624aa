import type { Plan } from '../../reload/plan/plan.ts'
import type { Problem } from '../../schema/problem.ts'
import type { PlanCommand } from '../command.ts'
import { pendingDocument, type PlanDocument, type PlannedSource } from '../documents/plan-document.ts'
import { problemDocument } from '../documents/problem-document.ts'
import type { Host } from '../host.ts'
import { renderPlan } from '../render/plan.ts'
import { chooseSources } from '../service/choose-sources.ts'
import { draftChange } from '../service/draft-change.ts'
import { mayFollow } from '../service/may-follow.ts'
import type { Planned } from '../service/planned.ts'
import { type ContentRead, readContent } from '../service/read-content.ts'
import { replaceSources, type ReplacedSource } from '../service/replace-sources.ts'
import { loadService, type Service } from '../service/service.ts'
import { type Answer, exitCodeOf } from './answer.ts'

/** Says what a change would do, with the code that does it, stopped before any module is asked. */
export async function plan({ inputs, candidates, against }: PlanCommand, host: Host): Promise<Answer> {
  const service = await loadService({ ...inputs, ...host })
  const now = chooseSources(service, inputs, host)
  const from = await replaceSources(now, against, host.cwd)
  const to = await replaceSources(now, candidates, host.cwd)
  const [before, after] = await Promise.all([read(service, from, host), read(service, to, host)])
  return answer(compare(service, before, after), { from: from.map(plannedSource), to: to.map(plannedSource) })
}

function read(service: Service, sources: readonly ReplacedSource[], host: Host): Promise<ContentRead> {
  return readContent(
    service,
    sources.map(({ source }) => source),
    host,
  )
}

function compare(service: Service, before: ContentRead, after: ContentRead): Planned {
  if (before.loaded.kind !== 'loaded') return { ...before.loaded, side: 'from' }
  if (after.loaded.kind !== 'loaded') return { ...after.loaded, side: 'to' }
  const drafted = draftChange(service, before.loaded.content, after.loaded.content, before.basis)
  if (drafted.kind === 'not_running') return { kind: 'invalid', side: 'from', problems: drafted.problems }
  const { draft, graph, running } = drafted
  if (!draft.ok) return { kind: 'invalid', side: 'to', problems: draft.problems }
  const followers = mayFollow(graph, running, draft.steps)
  return { kind: 'plan', plan: draft.plan, followers, warnings: draft.candidate.warnings }
}

function answer(planned: Planned, compared: Pick<PlanDocument, 'from' | 'to'>): Answer {
  const text: Answer['text'] = (layout) => renderPlan(planned, compared, layout)
  if (planned.kind !== 'plan') {
    const { kind, side, problems } = planned
    const document: PlanDocument = { ...nothing, status: kind, ...compared, side, ...split(problems) }
    return { document, text, exitCode: exitCodeOf(kind === 'invalid' ? 'config_invalid' : 'source_unreadable') }
  }
  const { changes, pendingRestart, steps } = planned.plan
  const document: PlanDocument = {
    status: isEmpty(planned.plan) ? 'unchanged' : 'planned',
    ...compared,
    changes: changes.toJSON(),
    pendingRestart: pendingRestart.map(pendingDocument),
    steps,
    mayFollow: planned.followers,
    side: null,
    ...split(planned.warnings),
  }
  return { document, text, exitCode: 0 }
}

const nothing = { changes: [], pendingRestart: [], steps: [], mayFollow: [] }

function isEmpty({ changes, pendingRestart, steps }: Plan): boolean {
  return changes.isEmpty && pendingRestart.length === 0 && steps.length === 0
}

function split(all: readonly Problem[]): Pick<PlanDocument, 'problems' | 'warnings'> {
  const of = (severity: Problem['severity']) => all.filter((each) => each.severity === severity).map(problemDocument)
  return { problems: of('error'), warnings: of('warning') }
}

function plannedSource({ source, file }: ReplacedSource): PlannedSource {
  return { name: source.name, file: file ?? null }
}
