import type { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Cursor } from '../cursor.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { Revision } from '../revision.ts'

/** Why a reader has read everything instead of what came after its cursor. */
export type AdoptedBecause =
  /** It had read nothing yet. */
  | 'first_read'
  /** It began with a document of an earlier process, which the store no longer joins. */
  | 'cursor_too_old'
  /** What came after its cursor did not come in time, however little of it was asked for. */
  | 'too_slow'
  /** The store has another history, or less of it: it was restored, or lost what it had confirmed. */
  | 'rewound'

/** What a feed tells, in the order it happened. */
export type FeedEvent =
  /** Revisions have been read that follow what was known. */
  | {
      readonly kind: 'advanced'
      readonly previous: EnvironmentDocument
      readonly next: EnvironmentDocument
      readonly revisions: readonly Revision[]
    }
  /** Everything has been read anew, and is in force from now on. */
  | {
      readonly kind: 'adopted'
      readonly because: AdoptedBecause
      readonly previous: EnvironmentDocument | undefined
      readonly next: EnvironmentDocument
    }
  /** The store could not be read several times in a row. What was read last goes on being served. */
  | { readonly kind: 'lost'; readonly attempts: number; readonly error: TrimtabError }
  /** A reading has been completed again. */
  | { readonly kind: 'restored'; readonly cursor: Cursor; readonly lostFor: number }

/** How well a feed is. Times are wall time in milliseconds. */
export type FeedHealth =
  | {
      readonly kind: 'starting'
      readonly readAt?: undefined
      readonly attempts: number
      readonly error: TrimtabError | undefined
    }
  | { readonly kind: 'current'; readonly readAt: number }
  /** The last attempts failed, and not yet so many that what is served counts as stale. */
  | { readonly kind: 'retrying'; readonly readAt: number; readonly attempts: number; readonly error: TrimtabError }
  | {
      readonly kind: 'stale'
      readonly readAt: number | undefined
      readonly since: number
      readonly attempts: number
      readonly error: TrimtabError
    }
