import { segmentsOf } from '../../model/path.ts'
import { redacted } from '../../model/secrecy/secret.ts'
import type { Json } from '../../primitives/json.ts'
import type { RegisteredSchema } from '../config-store.ts'
import { storeLimits } from '../limits.ts'
import type { LeafChange, Revision } from '../revision.ts'
import type { SchemaThread } from '../schemas/schema-thread.ts'

export interface RedactParts {
  readonly schemas: readonly RegisteredSchema[]
  readonly schemes: readonly string[]
  readonly thread: SchemaThread
}

/**
 * Revisions as people may see them. The store refuses literals in secret fields, but knows of a secret only once a schema
 * that marks it is registered: what was published before is hidden here. So is what no schema knows, once there are so many that
 * one may have been forgotten. Where the schemas can't be asked, because one of
 * them takes too long, every value is.
 */
export async function redactRevisions(
  revisions: readonly Revision[],
  { schemas, schemes, thread }: RedactParts,
): Promise<readonly Revision[]> {
  if (schemas.length === 0 || revisions.length === 0) return revisions
  const leaves = revisions.flatMap(({ changes }) =>
    changes.filter((change) => change.kind === 'leaf').flatMap(valuesOf),
  )
  const hidesUnknown = schemas.length >= storeLimits.schemaVersions
  const asked = schemas.map(({ schema }) => schema)
  const question = { kind: 'redact', schemas: asked, schemes, hidesUnknown, leaves } as const
  const answered = await thread.ask(question)
  const shown = answered.kind === 'answered' ? answered.answer.shown : leaves.map(() => redacted)

  let at = 0
  const next = (value: Json | undefined) => {
    if (value === undefined) return undefined
    at += 1
    return shown[at - 1]
  }
  return revisions.map((revision) => ({
    ...revision,
    changes: revision.changes.map((change) => {
      return change.kind === 'leaf' ? { ...change, previous: next(change.previous), next: next(change.next) } : change
    }),
  }))
}

/** In the order in which they are put back. */
function valuesOf({ path, previous, next }: LeafChange) {
  const segments = segmentsOf(path)
  return [previous, next].flatMap((value) => (value === undefined ? [] : [{ segments, value }]))
}
