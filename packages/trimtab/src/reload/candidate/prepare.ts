import type { Change } from '../../model/change.ts'
import { type Changes, createChanges } from '../../model/changes.ts'
import { diffTrees } from '../../model/diff.ts'
import { removeAt, setAt } from '../../model/edit.ts'
import { parsePath, type Segments, valueAt } from '../../model/path.ts'
import { createRedaction, type RedactionBasis } from '../../model/secrecy/redaction.ts'
import { createScrubber } from '../../model/secrecy/scrub.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Json, JsonObject } from '../../primitives/json.ts'
import type { ConfigDefinition } from '../../schema/define-config.ts'
import { materialize } from '../../schema/materialize.ts'
import type { Problem } from '../../schema/problem.ts'
import { marksAt } from '../../schema/shape.ts'
import type { Candidate, Content } from './candidate.ts'
import { pinRestartOnly } from './pin.ts'

export interface PrepareOptions {
  readonly definition: ConfigDefinition
  /** What runs; undefined at boot. */
  readonly current: Snapshot<object> | undefined
  /** Sections that have to stay as they run although the schema allows the change. */
  readonly pinnedSections: readonly Segments[]
  readonly basis: RedactionBasis
}

export type PreparedCandidate =
  | { readonly ok: true; readonly candidate: Candidate }
  | { readonly ok: false; readonly problems: readonly Problem[] }

interface Typed {
  readonly config: object
  readonly resolved: JsonObject
}

/** Validates content, as configured and as it would run, and compares it with what runs. */
export function prepare(content: Content, options: PrepareOptions): PreparedCandidate {
  const { definition, current } = options
  const configured = validated(content.resolved, content, options)
  if (!configured.ok) return configured

  const { warnings } = configured
  if (current === undefined)
    return { ok: true, candidate: toCandidate(content, configured, configured, content.written, options, warnings) }

  const pin = (running: JsonObject, next: JsonObject) =>
    pinSections(pinRestartOnly(definition.shape, running, next), running, options.pinnedSections)
  const pinned = pin(current.resolved, configured.resolved)
  if (pinned === configured.resolved) {
    return { ok: true, candidate: toCandidate(content, configured, configured, content.written, options, warnings) }
  }
  const running = validated(pinned, content, options)
  if (!running.ok) return { ok: false, problems: mixtureProblems(running.problems, current, configured, options) }
  const written = pin(current.written, content.written)
  return { ok: true, candidate: toCandidate(content, configured, running, written, options, warnings) }
}

function validated(
  tree: JsonObject,
  content: Content,
  { definition, current }: PrepareOptions,
):
  | ({ readonly ok: true; readonly warnings: readonly Problem[] } & Typed)
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const validation = definition.validate(tree, content.context)
  if (!validation.ok) return validation
  const previous = current && { config: current.config, input: current.resolved }
  const config = materialize(definition.shape, validation.output, validation.input, previous)
  return { ok: true, config, resolved: validation.input, warnings: validation.warnings }
}

function toCandidate(
  content: Content,
  configured: Typed,
  running: Typed,
  written: JsonObject,
  { current, basis }: PrepareOptions,
  warnings: readonly Problem[],
): Candidate {
  // A transform may have moved what a reference gave to another place.
  const scrub = createScrubber(content.secrets)
  const compare = (from: unknown, to: unknown, fromWritten: JsonObject, toWritten: JsonObject): Changes => {
    const list: readonly Change[] = from === to ? [] : diffTrees(from, to)
    const redaction = createRedaction({
      previousWritten: fromWritten,
      nextWritten: toWritten,
      scrub,
      ...basis,
    })
    return createChanges(list, redaction)
  }
  return {
    content,
    config: running.config,
    written,
    resolved: running.resolved,
    changes: compare(current?.config ?? {}, running.config, current?.written ?? {}, written),
    pending: compare(running.config, configured.config, written, content.written),
    warnings: [...content.warnings, ...warnings],
  }
}

function pinSections(tree: JsonObject, running: JsonObject, sections: readonly Segments[]): JsonObject {
  return sections.reduce((pinned, section) => {
    // A tree of JSON holds JSON.
    const value = valueAt(running, section) as Json | undefined
    if (valueAt(pinned, section) === value) return pinned
    return value === undefined ? removeAt(pinned, section) : setAt(pinned, section, value)
  }, tree)
}

/** What was configured is valid, and so is what runs: only both together are not, so both fields are named. */
function mixtureProblems(
  problems: readonly Problem[],
  current: Snapshot<object>,
  configured: Typed,
  { definition }: PrepareOptions,
): readonly Problem[] {
  const waiting = diffTrees(current.config, configured.config)
    .map((change) => change.path)
    .filter((path) => !marksAt(definition.shape, parsePath(path)).dynamic)
  return problems.map((problem) => ({
    ...problem,
    code: 'mixture_invalid',
    message: `${problem.message}, together with ${waiting.join(', ')} as it runs, which changes only at a restart`,
    hint: 'Change both at a restart, or make a change that is valid with what runs',
  }))
}
