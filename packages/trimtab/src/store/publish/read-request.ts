import { err, ok, type Result } from '../../primitives/result.ts'
import { storeLimits } from '../limits.ts'
import type { PublishProblem } from '../publish-problem.ts'
import { type EnvironmentName, printScope } from '../scope.ts'
import { documentTooLarge, tooManyEntries } from './check-document.ts'
import { findOverlaps } from './overlap.ts'
import { type ReadEdit, readEdit } from './read-edit.ts'
import { whyNotText } from './text-rules.ts'

/** Who publishes and why, after a look at both. */
export interface Signature {
  readonly author: string
  readonly message: string
}

/** What is to be published, as far as it can be judged without what is there. */
export interface PublishRequest {
  readonly environment: EnvironmentName
  readonly edits: readonly ReadEdit[]
}

/** Why nobody may publish under that name and message: nothing where they may. */
export function signatureProblems({ author, message }: Signature): readonly PublishProblem[] {
  const problems: PublishProblem[] = []
  const noAuthor = whyNotText(author, { characters: storeLimits.authorCharacters, lines: false })
  const noMessage = whyNotText(message, { characters: storeLimits.messageCharacters, lines: true })
  if (noAuthor !== undefined) {
    problems.push({ code: 'author_invalid', message: `A publish names its author: ${noAuthor}.` })
  }
  if (noMessage !== undefined) {
    problems.push({ code: 'message_invalid', message: `A publish says why in its message: ${noMessage}.` })
  }
  return problems
}

/** Reads edits, whatever was given as such; every problem at once. */
export function readRequest(given: unknown): Result<PublishRequest, readonly PublishProblem[]> {
  if (!Array.isArray(given)) return err([{ code: 'edit_invalid', message: 'What is published is a list of edits.' }])
  if (given.length > storeLimits.edits) {
    const message = `A publish may have ${storeLimits.edits} edits; this has ${given.length}. Set objects as a whole.`
    return err([{ code: 'too_many_edits', message }])
  }
  const problems: PublishProblem[] = []
  const edits: ReadEdit[] = []
  let bytes = 0
  for (const one of given) {
    if (problems.length >= storeLimits.problems) return err(problems)
    const edit = readEdit(one, (problem) => void problems.push(problem))
    if (edit === undefined) continue
    edits.push(edit)
    bytes += edit.kind === 'values' ? edit.bytes : 0
    // The rest would be read for nothing.
    if (bytes > storeLimits.publishBytes) {
      const message = `A publish may have ${storeLimits.publishBytes / 1024 / 1024} MiB; this has more. Publish it in parts.`
      return err([...problems, { code: 'publish_too_large', message }])
    }
  }
  problems.push(...findOverlaps(edits), ...mixed(edits), ...tooMuch(edits))
  const environment = edits[0]?.scope.environment
  if (given.length === 0) problems.push({ code: 'nothing_to_publish', message: 'There is no edit. Give at least one.' })
  return problems.length > 0 || environment === undefined ? err(problems) : ok({ environment, edits })
}

function mixed(edits: readonly ReadEdit[]): readonly PublishProblem[] {
  const environments = [...new Set(edits.map(({ scope }) => scope.environment))]
  if (environments.length < 2) return []
  const [first, second] = environments
  const message = `A publish is of one environment; this names ${first} and ${second}. Publish to one after the other.`
  return [{ code: 'environments_mixed', message }]
}

/** What no document can hold, whatever it holds now: edits that do not overlap all stand in it. */
function tooMuch(edits: readonly ReadEdit[]): readonly PublishProblem[] {
  const totals = new Map<string, { readonly isTenant: boolean; bytes: number; entries: number }>()
  for (const edit of edits) {
    if (edit.kind !== 'values') continue
    const scope = printScope(edit.scope)
    const total = totals.get(scope) ?? { isTenant: edit.scope.tenant !== undefined, bytes: 0, entries: 0 }
    total.bytes += edit.leaves.reduce((sum, { path }) => sum - path.length, edit.bytes)
    total.entries += edit.leaves.length
    totals.set(scope, total)
  }
  return [...totals].flatMap(([scope, { isTenant, bytes, entries }]) => {
    const problems: PublishProblem[] = []
    if (bytes > storeLimits.documentBytes) problems.push(documentTooLarge(scope, bytes))
    if (isTenant && entries > storeLimits.overlayEntries) problems.push(tooManyEntries(scope, entries))
    return problems
  })
}
