import { TrimtabError } from '../errors/trimtab-error.ts'
import { isPlainObject } from '../primitives/json.ts'

/**
 * How far a reader has followed one environment: the revision and the hash of it. Both, because after a restore the same
 * number may stand for other content.
 */
export interface Cursor {
  /** Counts the publishes of one environment without gaps, in commit order; 0 before the first. */
  readonly revision: number
  /** Over the hash before it and the content of the revision; empty at revision 0. */
  readonly hash: string
}

/** Where every environment begins. */
export const genesis: Cursor = Object.freeze({ revision: 0, hash: '' })

export function sameCursor(a: Cursor, b: Cursor): boolean {
  return a.revision === b.revision && a.hash === b.hash
}

/** A cursor that somebody gave. Throws `option_invalid` for what is none; whether the store knows it is another question. */
export function parseCursor(given: unknown): Cursor {
  if (isPlainObject(given)) {
    const { revision, hash } = given
    if (typeof revision === 'number' && Number.isSafeInteger(revision) && revision >= 0 && typeof hash === 'string') {
      if (hash.length <= 128) return Object.freeze({ revision, hash })
    }
  }
  throw new TrimtabError('option_invalid', 'A cursor is { revision, hash }, as the store gave it. Give one of those.')
}
