import type { Since } from '../config-store.ts'
import { type Cursor, sameCursor } from '../cursor.ts'
import type { Following } from '../storage.ts'

/** What follows a cursor, told from what the storage has around it. */
export function sinceOf(cursor: Cursor, { head, hash, revisions }: Following): Since {
  const current = head.cursor
  if (cursor.revision > current.revision) return { kind: 'cursor_unknown', current }
  const isKept = cursor.revision >= head.oldest - 1
  // At the head the hash is known even where all of history has been forgotten.
  if (!isKept && !sameCursor(cursor, current)) return { kind: 'cursor_too_old', current }
  // Where there are gaps it is not all kept, or not for this reader: what is missing can't be told.
  const isWhole = revisions.every((each, index) => each.cursor.revision === cursor.revision + 1 + index)
  const isThere = revisions.length > 0 || cursor.revision === current.revision
  if (hash === undefined || !isWhole || !isThere) return { kind: 'cursor_too_old', current }
  if (hash !== cursor.hash) return { kind: 'cursor_unknown', current }
  const last = revisions.at(-1)?.cursor ?? cursor
  return { kind: 'changes', revisions, cursor: last, more: last.revision < current.revision }
}
