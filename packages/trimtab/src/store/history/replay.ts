import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Cursor } from '../cursor.ts'
import type { EnvironmentDocument } from '../document.ts'
import { applyChanges } from '../publish/apply-changes.ts'
import type { Revision, RevisionChange } from '../revision.ts'

/**
 * The document after revisions that follow it, the oldest first. What they don't touch is shared. Throws `cursor_unknown`
 * where one does not follow: then everything has to be read.
 *
 * @example
 * const store = memoryStore()
 * let document = await store.readEnvironment('checkout/production')
 * const since = await store.since(document.environment, document.cursor, 100)
 * if (since.kind === 'changes') document = replay(document, since.revisions)
 */
export function replay(document: EnvironmentDocument, revisions: readonly Revision[]): EnvironmentDocument {
  let at = document
  for (const { cursor, parent, changes } of revisions) {
    if (cursor.revision !== at.cursor.revision + 1 || parent !== at.cursor.hash) throw broken(document, cursor)
    at = applyChanges(at, changes, cursor)
  }
  return at
}

/**
 * The document before revisions, the newest of them first. Throws `cursor_unknown` where one is missing: it was pruned
 * meanwhile.
 */
export function rewind(document: EnvironmentDocument, revisions: readonly Revision[]): EnvironmentDocument {
  let at = document
  for (const { cursor, parent, changes } of revisions) {
    if (cursor.revision !== at.cursor.revision || cursor.hash !== at.cursor.hash) throw broken(document, cursor)
    at = undoChanges(at, changes, Object.freeze({ revision: cursor.revision - 1, hash: parent }))
  }
  return at
}

function undoChanges(
  document: EnvironmentDocument,
  changes: readonly RevisionChange[],
  cursor: Cursor,
): EnvironmentDocument {
  const leaves = changes.flatMap((change): readonly RevisionChange[] =>
    change.kind === 'leaf' ? [{ ...change, previous: change.next, next: change.previous }] : [],
  )
  const undone = applyChanges(document, leaves, cursor)
  const moved = changes.filter((change) => change.kind === 'tenant')
  if (moved.length === 0) return undone
  const states = new Map(document.states)
  for (const { tenant, previous } of moved) {
    if (previous === undefined) states.delete(tenant)
    else states.set(tenant, previous)
  }
  return Object.freeze({ ...undone, states })
}

function broken({ environment, cursor: from }: EnvironmentDocument, { revision }: Cursor): TrimtabError {
  return new TrimtabError(
    'cursor_unknown',
    `Revision ${revision} of ${environment} does not join what was read up to revision ${from.revision}. Read everything again.`,
  )
}
