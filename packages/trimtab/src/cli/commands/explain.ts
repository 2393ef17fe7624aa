import type { Snapshot } from '../../model/snapshot.ts'
import { type Explanation, explainPath } from '../../plane/explain.ts'
import type { Content } from '../../reload/candidate/candidate.ts'
import { configInvalid, type Problem, sourceUnreadable } from '../../schema/problem.ts'
import type { ExplainCommand } from '../command.ts'
import { explanationDocument } from '../documents/explanation-document.ts'
import { problemDocument } from '../documents/problem-document.ts'
import type { Host } from '../host.ts'
import { renderExplanation } from '../render/explanation.ts'
import { chooseSources } from '../service/choose-sources.ts'
import { hideRefused } from '../service/hide-refused.ts'
import { prepareBoot, readContent } from '../service/read-content.ts'
import { loadService } from '../service/service.ts'
import { type Answer, exitCodeOf } from './answer.ts'

/** Says who set a value and what every other source said about it; also where the configuration cannot be used. */
export async function explain({ path, inputs }: ExplainCommand, host: Host): Promise<Answer> {
  const service = await loadService({ ...inputs, ...host })
  const { sources } = chooseSources(service, inputs, host)
  const { loaded, basis } = await readContent(service, sources, host)
  // Without all that was said there is nothing to tell apart.
  if (loaded.kind !== 'loaded') {
    throw loaded.kind === 'unreadable' ? sourceUnreadable(loaded.problems) : configInvalid(loaded.problems)
  }

  const { content } = loaded
  const prepared = prepareBoot(service, content, basis)
  const problems = prepared.ok ? [] : prepared.problems
  const explanation = explainPath(path, {
    shape: service.definition.shape,
    snapshot: snapshotOf(content, prepared.ok ? prepared.candidate.config : {}),
    layers: content.layers,
    pending: [],
    isReference: basis.isReference,
  })
  return answer(hideRefused(explanation, problems), problems)
}

function answer(explanation: Explanation, problems: readonly Problem[]): Answer {
  const status = problems.length === 0 ? 'valid' : 'invalid'
  return {
    document: explanationDocument(explanation, status, problems.map(problemDocument)),
    text: (layout) => renderExplanation(explanation, problems, layout),
    exitCode: status === 'valid' ? 0 : exitCodeOf('config_invalid'),
  }
}

function snapshotOf({ written, resolved, digest, layers }: Content, config: object): Snapshot<object> {
  return { generation: 1, config, written, resolved, digest, layers, committedAt: 0 }
}
