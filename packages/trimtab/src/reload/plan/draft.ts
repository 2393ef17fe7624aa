import type { Segments } from '../../model/path.ts'
import type { RedactionBasis } from '../../model/secrecy/redaction.ts'
import { createScrubber, secretTexts } from '../../model/secrecy/scrub.ts'
import type { Graph } from '../../modules/graph.ts'
import type { UnitId } from '../../modules/instance.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import type { Problem } from '../../schema/problem.ts'
import type { Candidate, Content } from '../candidate/candidate.ts'
import { prepare } from '../candidate/prepare.ts'
import type { Committed } from '../proof/committed.ts'
import { pendingRestarts } from './pending.ts'
import { type Blocked, describeSteps, type Plan, planSteps, type Step } from './plan.ts'

/** What a draft is made with. */
export interface DraftHost {
  readonly definition: ConfigDefinition
  readonly graph: Graph
  readonly basis: RedactionBasis
}

/** What a draft starts from. */
export interface DraftGround {
  readonly committed: Pick<Committed, 'snapshot' | 'running'> | undefined
  readonly parked: Committed['running']
  readonly stuck: ReadonlySet<UnitId>
}

export type Draft =
  | { readonly ok: true; readonly candidate: Candidate; readonly steps: readonly Step[]; readonly plan: Plan }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * Validates and plans. A replacement that would reach a module which can't be replaced while it runs is not made: the
 * sections that led to it stay as they run, and the rest is planned again.
 */
export function draft(host: DraftHost, ground: DraftGround, content: Content): Draft {
  const pinnedSections: Segments[] = []
  const held: Blocked[] = []
  for (;;) {
    const current = ground.committed?.snapshot
    const prepared = prepare(content, { definition: host.definition, current, pinnedSections, basis: host.basis })
    if (!prepared.ok) return prepared
    const { candidate } = prepared
    const planned = planSteps({
      graph: host.graph,
      running: ground.committed?.running ?? new Map(),
      parked: ground.parked,
      config: candidate.config,
      stuck: ground.stuck,
    })
    if (planned.problems.length > 0) {
      // What an `enabled` threw may quote the section it was given.
      const scrub = createScrubber([...secretTexts(candidate.config), ...content.secrets])
      return { ok: false, problems: planned.problems.map((each) => ({ ...each, message: scrub(each.message) })) }
    }
    if (planned.blocked.length === 0) {
      const { steps } = planned
      const pendingRestart = pendingRestarts(candidate, held)
      return {
        ok: true,
        candidate,
        steps,
        plan: { changes: candidate.changes, steps: describeSteps(steps, candidate.changes), pendingRestart },
      }
    }
    const roots = planned.blocked.flatMap((blocked) => blocked.roots)
    const fresh = roots.filter((root) => !pinnedSections.includes(root))
    if (fresh.length === 0) return { ok: false, problems: planned.blocked.map(blockedProblem) }
    held.push(...planned.blocked)
    pinnedSections.push(...fresh)
  }
}

function blockedProblem({ unit }: Blocked): Problem {
  return {
    code: 'restart_required',
    severity: 'error',
    module: unit,
    message: 'would have to be replaced, which it does not allow while it runs',
    hint: "Restart the process, or declare the module with replace: 'cascade'",
  }
}
