import type { Cursor } from '../cursor.ts'
import { hashRevision } from '../publish/revision-hash.ts'
import type { RevisionDraft } from '../revision.ts'

/** What is wrong with a history, for those who doubt it. */
export interface ChainBreak {
  readonly revision: number
  /** `content`: it is not what was published; `order`: it does not follow the one before it. */
  readonly kind: 'content' | 'order'
}

/**
 * The first revision of a list, the oldest first, that is not what its hash says or does not follow the one before it;
 * undefined where all is as it was published.
 *
 * @example
 * const store = memoryStore()
 * const since = await store.since('checkout/production', { revision: 0, hash: '' }, 1_000)
 * if (since.kind === 'changes') console.log(verifyChain(since.revisions))
 */
export function verifyChain(revisions: readonly RevisionDraft[], from?: Cursor): ChainBreak | undefined {
  let before = from
  for (const draft of revisions) {
    const { cursor, parent } = draft
    const { revision } = cursor
    const follows = before === undefined || (before.revision + 1 === revision && before.hash === parent)
    if (!follows || (revision === 1 && parent !== '')) return { revision, kind: 'order' }
    if (hashRevision({ ...draft, revision }) !== cursor.hash) return { revision, kind: 'content' }
    before = cursor
  }
  return undefined
}
