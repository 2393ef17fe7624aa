import type { Location } from '../../model/origin.ts'
import { printPath, type Segments } from '../../model/path.ts'
import type { Revision } from '../revision.ts'

type Located = Extract<Location, { kind: 'revision' }>

/** Who published each leaf, as far as it has been seen: what was there at the first reading is nobody's. */
export type LeafAuthors = ReadonlyMap<string, Located>

export const noAuthors: LeafAuthors = new Map()

/** The same after revisions: of the environment itself, or of one tenant. */
export function followAuthors(
  known: LeafAuthors,
  revisions: readonly Revision[],
  tenant: string | undefined,
): LeafAuthors {
  const next = new Map(known)
  for (const { cursor, author, changes } of revisions) {
    for (const change of changes) {
      if (change.kind !== 'leaf' || change.tenant !== tenant) continue
      if (change.next === undefined) next.delete(change.path)
      else next.set(change.path, { kind: 'revision', revision: cursor.revision, author })
    }
  }
  return next
}

/** Where a value comes from: a leaf, or what stands inside one. */
export function authorAt(authors: LeafAuthors, path: Segments): Location | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const found = authors.get(printPath(path.slice(0, length)))
    if (found !== undefined) return found
  }
  return undefined
}
