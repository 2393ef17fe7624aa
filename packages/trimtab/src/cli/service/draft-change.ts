import type { Snapshot } from '../../model/snapshot.ts'
import { createGraph, type Graph } from '../../modules/graph.ts'
import { createInstance } from '../../modules/instance.ts'
import type { Running } from '../../modules/running.ts'
import type { RedactionBasis } from '../../model/secrecy/redaction.ts'
import type { Candidate, Content } from '../../reload/candidate/candidate.ts'
import { draft, type Draft } from '../../reload/plan/draft.ts'
import { planSteps } from '../../reload/plan/plan.ts'
import type { Problem } from '../../schema/problem.ts'
import { prepareBoot } from './read-content.ts'
import type { Service } from './service.ts'

/** What a change would do to a process that runs `before`, or why one could not run that. */
export type DraftedChange =
  | { readonly kind: 'drafted'; readonly draft: Draft; readonly graph: Graph; readonly running: Running }
  | { readonly kind: 'not_running'; readonly problems: readonly Problem[] }

/**
 * Plans with the engine's own code, from a process as it would run on `before`. No hook is called, so that nothing is
 * known of what a module holds.
 */
export function draftChange(service: Service, before: Content, after: Content, basis: RedactionBasis): DraftedChange {
  const graph = createGraph(service.modules)
  const booted = prepareBoot(service, before, basis)
  if (!booted.ok) return { kind: 'not_running', problems: booted.problems }
  const { candidate } = booted
  const started = startedBy(graph, candidate)
  if (!started.ok) return { kind: 'not_running', problems: started.problems }

  const committed = { snapshot: snapshotOf(candidate), running: started.running }
  const ground = { committed, parked: new Map(), stuck: new Set<never>() }
  const drafted = draft({ definition: service.definition, graph, basis }, ground, after)
  return { kind: 'drafted', draft: drafted, graph, running: started.running }
}

type Started =
  | { readonly ok: true; readonly running: Running }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** What would run, with nothing for the resources: planning looks at sections alone. */
function startedBy(graph: Graph, { config }: Candidate): Started {
  const request = { graph, running: new Map(), parked: new Map(), config, stuck: new Set<never>() }
  const { steps, problems } = planSteps(request)
  if (problems.length > 0) return { ok: false, problems }
  const started = steps.filter(({ action }) => action === 'start')
  const instances = started.map(({ module, key, section }) => {
    return createInstance({ module, key, section, resource: undefined, holds: new Map() })
  })
  return { ok: true, running: new Map(instances.map((instance) => [instance.unit, instance])) }
}

function snapshotOf({ content, config, written, resolved }: Candidate): Snapshot<object> {
  return { generation: 1, config, written, resolved, digest: content.digest, layers: content.layers, committedAt: 0 }
}
