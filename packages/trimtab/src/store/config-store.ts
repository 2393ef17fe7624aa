import type { JsonObject } from '../primitives/json.ts'
import type { Emitter } from '../primitives/emitter.ts'
import type { Cursor } from './cursor.ts'
import type { EnvironmentDocument, ScopeDocument } from './document.ts'
import type { Edit } from './edit.ts'
import type { StoreListener } from './feed/listener-counts.ts'
import type { PublishProblem } from './publish-problem.ts'
import type { Revision } from './revision.ts'

/** Who publishes, why, and on top of what. */
export interface PublishTerms {
  readonly author: string
  readonly message: string
  /** Where the author was looking: a publish on anything else is a conflict. */
  readonly expected: Cursor
  readonly signal?: AbortSignal | undefined
}

/** How a publish ended. A conflict and a refusal are answers; a store that can't be reached throws `store_unavailable`. */
export type PublishResult =
  | { readonly kind: 'published'; readonly cursor: Cursor; readonly revision: Revision }
  /** It would have changed nothing, so there is no revision of it. */
  | { readonly kind: 'unchanged'; readonly cursor: Cursor }
  /** Somebody else was first. */
  | { readonly kind: 'conflict'; readonly current: Cursor }
  /** It may not be stored; every problem at once, up to a hundred. */
  | { readonly kind: 'refused'; readonly problems: readonly PublishProblem[] }

/** What follows a cursor. */
export type Since =
  | {
      readonly kind: 'changes'
      /** In their order; empty when the reader is current. */
      readonly revisions: readonly Revision[]
      readonly cursor: Cursor
      /** More than `limit` wait: ask again from `cursor`. */
      readonly more: boolean
    }
  /** History has been pruned that far, or is not all for this reader, as with a connection of one tenant: read everything. */
  | { readonly kind: 'cursor_too_old'; readonly current: Cursor }
  /** The store has another history, or less of it: it was restored, or lost what it had confirmed. Read everything and adopt it. */
  | { readonly kind: 'cursor_unknown'; readonly current: Cursor }

/** Which revisions of an environment to show. */
export interface HistoryQuery {
  /** Only revisions before this one; the newest, if it is left away. */
  readonly before?: number | undefined
  /** At most 1,000: 50. */
  readonly limit?: number | undefined
  /** Only revisions that changed something in this scope. */
  readonly scope?: string | undefined
  /** Only revisions that changed something at this path or below it. */
  readonly path?: string | undefined
}

/** A schema as one version of a service registered it. */
export interface RegisteredSchema {
  readonly app: string
  /** The version of the service. */
  readonly version: string
  readonly schema: JsonObject
  /** When this content was registered, by the store's wall time; an equal one registered again changes nothing. */
  readonly registeredAt: number
  /** Whether an instance of that version lives, as far as the store has heard. */
  readonly live: boolean
}

/** How a store's readers are told of new revisions. */
export type FeedStatus =
  | { readonly kind: 'push' }
  /** Read in intervals: the reason says what stands in the way of being told. */
  | { readonly kind: 'poll'; readonly reason: string }
  | { readonly kind: 'connecting'; readonly attempts: number; readonly error: string | undefined }

/** What a store tells of itself, as plain data, in the order it happened. */
export interface StoreEvent {
  /** A publish or a rollback through this object has ended. */
  readonly kind: 'publish_ended'
  /** Undefined where its edits name none. */
  readonly environment: string | undefined
  /** Undefined where it threw: the store was away, or whoever asked gave up. */
  readonly result: PublishResult | undefined
  /** Milliseconds. */
  readonly duration: number
}

/**
 * The versioned home of configuration. Every implementation passes `storeContract`.
 *
 * All methods throw `store_unavailable` when the store can't be reached, `option_invalid` for names that can't be, and
 * the signal's reason when aborted.
 */
export interface ConfigStore extends AsyncDisposable {
  /** What a scope holds, now or at an earlier revision. Throws `cursor_unknown` for a revision there is not, or not any more. */
  read(scope: string, at?: number): Promise<ScopeDocument>
  /** Everything an environment holds at one revision: what a reader begins with. */
  readEnvironment(environment: string, signal?: AbortSignal): Promise<EnvironmentDocument>
  /**
   * Compare-and-append: all edits or none, as one revision. Throws `option_invalid` for an `expected` that is no cursor;
   * everything else about the edits and the terms is an answer.
   */
  publish(edits: readonly Edit[], terms: PublishTerms): Promise<PublishResult>
  /**
   * Publishes the values of an earlier revision anew, those of all tenants included; checked like any other. The states
   * of tenants stay as they are, and what is removed stays removed. Throws `cursor_unknown` for a revision there is not, or
   * not any more.
   */
  rollback(environment: string, to: number, terms: PublishTerms): Promise<PublishResult>
  /** What came after a cursor: at most `limit` revisions (1 to 1,000), of all scopes of the environment, in commit order. */
  since(environment: string, cursor: Cursor, limit: number, signal?: AbortSignal): Promise<Since>
  /**
   * Yields whenever there may be something new, first when it has begun to listen, and after every time it might have missed
   * something. Hints only. Ends with the signal; reconnects by itself and never throws.
   */
  wakeups(environment: string, signal: AbortSignal): AsyncIterable<void>
  /** How `wakeups` of this environment come about now. */
  feedStatus(environment: string): FeedStatus
  /** What is told of what is done through this object: of other processes nothing. */
  readonly events: Emitter<StoreEvent>
  /** What tells it of revisions; undefined where nothing does. */
  readonly listener?: StoreListener | undefined
  /**
   * The newest first, as people may see it: of what a registered schema marks as secret, the references alone; from 50
   * versions on, of what none of them knows, too. Readers, and those who check hashes, take `since`.
   */
  history(environment: string, query?: HistoryQuery): Promise<readonly Revision[]>
  /**
   * Forgets revisions before this one; what is in force stays, and so does the newest hash. Readers further behind get
   * `cursor_too_old`.
   */
  prune(environment: string, before: number): Promise<void>
  /**
   * Registers what a version of a service can read, as JSON Schema with the marks of `defineConfig`; later publishes are
   * checked against the newest, and against every version with a live instance. Kept are the newest 50 versions of an app,
   * and older ones for as long as an instance lives. Throws `option_invalid` for a schema over
   * its limits (256 KiB, 32 levels) or with references to anything but its own parts.
   */
  registerSchema(app: string, version: string, schema: JsonObject): Promise<void>
  /**
   * Says that an instance of a version lives for another `forMilliseconds`: as long, a publish it would refuse is refused.
   * Throws `option_invalid` for a version that is not registered, or not any more, and for one more where 50 versions of the
   * app live: a publish waits for the word of each.
   */
  markLive(app: string, version: string, forMilliseconds: number): Promise<void>
  /** Those of an app, the newest first. */
  schemas(app: string): Promise<readonly RegisteredSchema[]>
  /** The environments that have at least one revision, sorted. */
  environments(): Promise<readonly string[]>
  /**
   * Ends everything it has opened, wakeups included. Idempotent; other calls throw `store_unavailable` after it, and so do those
   * that wait for an answer. Only a publish that is being stored is waited for, for at most 10 s: it hears what became of it.
   */
  close(): Promise<void>
}
