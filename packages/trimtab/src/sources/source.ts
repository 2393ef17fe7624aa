import type { Layer } from '../model/layer.ts'
import type { SourceName } from '../model/source-name.ts'
import type { Clock } from '../primitives/time/clock.ts'
import type { Random } from '../primitives/random.ts'
import type { Sharing } from '../primitives/sharing.ts'
import type { Problem } from '../schema/problem.ts'
import type { ObjectShape } from '../schema/shape.ts'

/** What one reading gave. Absent, empty and unreadable are three different things. */
export type Reading =
  | { readonly kind: 'layer'; readonly layer: Layer; readonly warnings: readonly Problem[] }
  | { readonly kind: 'absent'; readonly problem: Problem }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }

/** How far the references in a source's values are trusted: see `sources/references.ts`. */
export type ReferenceTrust = 'local' | 'allow_listed'

/**
 * Where configuration comes from: an inert description with a stable name. Making one reads nothing; a plane opens it,
 * and two planes may open the same one.
 */
export interface Source {
  readonly name: SourceName
  /** An optional source that is absent is an empty layer; a required one fails the load. */
  readonly optional: boolean
  /** Whether unknown keys are problems, because a person typed them, or warnings. */
  readonly strict: boolean
  readonly references: ReferenceTrust
  /** How changes are noticed: told, asked in intervals, or never (what it gives does not change). */
  readonly follows: 'push' | 'poll' | 'never'
  open(host: SourceHost): SourceReader
}

/** What a source is given by whoever opens it. */
export interface SourceHost {
  readonly clock: Clock
  readonly random: Random
  /** The schema, for sources whose values are text or whose names are matched. */
  readonly shape: ObjectShape
  /** What the sources of one plane have in common, as one connection. Where it is missing, each makes its own. */
  readonly sharing?: Sharing | undefined
}

/** Where content stands in a history of its own: the number of a revision, and the hash that tells it from one of another history. */
export interface SourceCursor {
  readonly revision: number
  readonly hash: string
}

/** What a source knows of itself beyond its readings. Wall time and spans are milliseconds. */
export interface ReaderStatus {
  /** How changes are noticed now, where that is not always the same. */
  readonly follows: Source['follows']
  /** Why they are asked for in intervals, where the source would be told of them otherwise. */
  readonly followsBecause: string | undefined
  /** What it gives when it is read now; undefined before there is anything. */
  readonly cursor: SourceCursor | undefined
  /** When it last knew that this is the newest. */
  readonly readAt: number | undefined
  /** How long that is ago. */
  readonly age: number | undefined
  /** Since when what it gives counts as old. */
  readonly staleSince: number | undefined
  readonly lastError: string | undefined
}

/** An opened source. */
export interface SourceReader {
  /**
   * Reads everything once. It does not throw for what is wrong with the content or the place, which is a `Reading`;
   * it gives the very same layer object when the content has not changed.
   */
  read(signal: AbortSignal): Promise<Reading>
  /**
   * Calls `wake` when reading again may give something new, until `signal` aborts; then it resolves. A wake-up carries
   * no truth and may come too often. When it rejects, it is started again with a back-off. Absent where nothing changes.
   */
  watch?(wake: () => void, signal: AbortSignal): Promise<void>
  /** For sources that read by themselves: how that goes. Where it is missing, all that is known is what readings gave. */
  readonly status?: ReaderStatus | undefined
  /**
   * For the same: resolves when what is read then is what the home had when this was called, or later. Rejects where that
   * can't be known now.
   */
  refresh?(signal: AbortSignal): Promise<void>
  /** Gives back what it holds. Idempotent. */
  close(): Promise<void>
}
