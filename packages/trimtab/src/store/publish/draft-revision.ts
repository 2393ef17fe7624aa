import { err, ok, type Result } from '../../primitives/result.ts'
import type { RegisteredSchema } from '../config-store.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { PublishProblem } from '../publish-problem.ts'
import type { RevisionChange, RevisionDraft } from '../revision.ts'
import { schemaProblems } from '../schemas/check-schemas.ts'
import type { SchemaThread } from '../schemas/schema-thread.ts'
import { applyChanges } from './apply-changes.ts'
import { documentProblems } from './check-document.ts'
import type { Signature } from './read-request.ts'
import { hashRevision } from './revision-hash.ts'

/** What is needed to say what a publish would be. */
export interface DraftParts {
  readonly document: EnvironmentDocument
  readonly changes: readonly RevisionChange[]
  readonly signature: Signature
  readonly rollbackTo: number | undefined
  readonly schemas: readonly RegisteredSchema[]
  readonly schemes: readonly string[]
}

/** A revision that may be appended to the document it was made for, and the document it makes. */
export interface Draft {
  readonly revision: RevisionDraft
  readonly document: EnvironmentDocument
}

/** The next revision of a document, or why it may not be. */
export async function draftRevision(
  { document, changes, signature, rollbackTo, schemas, schemes }: DraftParts,
  thread: SchemaThread,
  signal?: AbortSignal,
): Promise<Result<Draft, readonly PublishProblem[]>> {
  const { environment, cursor } = document
  const number = cursor.revision + 1
  const unhashed = { environment, parent: cursor.hash, ...signature, rollbackTo, changes }
  const next = Object.freeze({ revision: number, hash: hashRevision({ ...unhashed, revision: number }) })
  const after = applyChanges(document, changes, next)
  const tooMuch = documentProblems(document, after, changes)
  // What is over a limit is not looked at any further.
  if (tooMuch.length > 0) return err(tooMuch)
  const refusesUnknown = rollbackTo === undefined
  const refused = await schemaProblems(
    { before: document, after, changes, schemas, schemes, refusesUnknown },
    thread,
    signal,
  )
  if (refused.length > 0) return err(refused)
  return ok({ revision: Object.freeze({ ...unhashed, cursor: next }), document: after })
}
