import type { Path } from '../model/path.ts'
import type { Json, JsonObject } from '../primitives/json.ts'
import type { FeedStatus, RegisteredSchema } from './config-store.ts'
import type { Cursor } from './cursor.ts'
import type { StoredTenantState } from './edit.ts'
import type { StoreListener } from './feed/listener-counts.ts'
import type { Revision, RevisionDraft } from './revision.ts'
import type { EnvironmentName } from './scope.ts'

/** Where the history of an environment begins and ends. An environment that nobody has published to ends at `genesis`. */
export interface Head {
  readonly cursor: Cursor
  /** The oldest revision that is kept; one after the newest, where none is. */
  readonly oldest: number
}

/** One leaf as it is stored. */
export interface StoredEntry {
  /** Undefined for the environment itself. */
  readonly tenant: string | undefined
  readonly path: Path
  readonly value: Json
  /** The revision that set it. */
  readonly revision: number
}

/** All of it as it was at one moment. */
export interface StoredEnvironment {
  readonly cursor: Cursor
  readonly entries: Iterable<StoredEntry>
  readonly states: ReadonlyMap<string, StoredTenantState>
}

export type Appended =
  | { readonly kind: 'appended'; readonly at: number }
  /** The newest revision is not the one before the draft. */
  | { readonly kind: 'conflict'; readonly current: Cursor }
  /** Other schemas have a say by now than those that it was checked against. */
  | { readonly kind: 'stale' }
  /** The environment is new, and there is one whose name, or whose app's, differs in letter case only. */
  | { readonly kind: 'name_taken' }

export type MarkedLive = 'marked' | 'not_registered' | 'too_many'

export interface RevisionQuery {
  /** Only revisions after this one. */
  readonly after?: number | undefined
  /** Only revisions before this one. */
  readonly before?: number | undefined
  readonly order: 'oldest_first' | 'newest_first'
  readonly limit: number
  /** Only revisions that changed something of the environment itself, or of one tenant (its state included). */
  readonly scope?: { readonly tenant: string | undefined } | undefined
  /** Only revisions that changed a leaf at this place or below it: of that scope, where there is one. See `isAtOrBelow`. */
  readonly path?: Path | undefined
}

/** What a publish has to know, read at one moment. */
export interface Prepared {
  readonly head: Head
  /** The newest schema of the app, and those with a live instance; the newest first. */
  readonly schemas: readonly RegisteredSchema[]
  /** Tells these schemas, and that they are the ones which have a say, from every other such list. */
  readonly stamp: string
}

/** A cursor's surroundings, read at one moment. */
export interface Following {
  readonly head: Head
  /** The hash of the asked revision; undefined where it is not known any more, or not yet. That of revision 0 is empty. */
  readonly hash: string | undefined
  /** The revisions after it, the oldest first, at most `limit`. */
  readonly revisions: readonly Revision[]
}

/**
 * Where a store keeps what it knows: all that its kinds differ in. What is given to it has been checked, names by the
 * parsers, values by the limits; `createConfigStore` makes a store of it. Every method is one step that is wholly done or
 * not at all, and throws `store_unavailable` when it can't be reached.
 */
export interface StoreStorage {
  prepare(environment: EnvironmentName, signal?: AbortSignal): Promise<Prepared>
  /** Everything, or one scope of it: then `states` may be empty. */
  load(
    environment: EnvironmentName,
    scope: { readonly tenant: string | undefined } | 'all',
    signal?: AbortSignal,
  ): Promise<StoredEnvironment>
  /**
   * Adds a revision to history, changes the entries and states that it names, and wakes readers: in one transaction, if the
   * newest revision has the hash `draft.parent` and the number before the draft's, and the schemas that have a say are those of
   * the stamp. Of both, what is seen lasts until it is done: a schema that is registered later was not there. Leaves without `next` are deleted;
   * those with one are inserted or replaced with `draft.cursor.revision` as what set them. History gives the draft back
   * exactly, its changes in their order: the hash is over them.
   *
   * Where the connection is lost before the answer, a look at whether `draft.cursor` is in history tells whether it was done.
   */
  append(draft: RevisionDraft, stamp: string, signal?: AbortSignal): Promise<Appended>
  following(environment: EnvironmentName, revision: number, limit: number, signal?: AbortSignal): Promise<Following>
  revisions(environment: EnvironmentName, query: RevisionQuery, signal?: AbortSignal): Promise<readonly Revision[]>
  /** Forgets revisions before this one, of those there are. */
  prune(environment: EnvironmentName, before: number, signal?: AbortSignal): Promise<void>
  /**
   * Keeps a schema under its version, as the newest; the very content that is there already is left as it is. Beyond the newest
   * `storeLimits.schemaVersions`, versions without a live instance are forgotten.
   */
  putSchema(app: string, version: string, schema: JsonObject, signal?: AbortSignal): Promise<void>
  /**
   * Never shortens what was said before. A version that does not live yet does not begin to where `storeLimits.liveVersions` others
   * of the app do.
   */
  markLive(app: string, version: string, forMilliseconds: number, signal?: AbortSignal): Promise<MarkedLive>
  /** All versions, the newest first. */
  schemas(app: string, signal?: AbortSignal): Promise<readonly RegisteredSchema[]>
  environments(signal?: AbortSignal): Promise<readonly string[]>
  /** See `ConfigStore.wakeups`; `wakeStream` makes it of callbacks. */
  wakeups(environment: EnvironmentName, signal: AbortSignal): AsyncIterable<void>
  feedStatus(environment: EnvironmentName): FeedStatus
  /** See `ConfigStore.listener`. */
  readonly listener?: StoreListener | undefined
  close(): Promise<void>
}

/** Whether a printed path is that place or below it: what follows a printed path is a dot or a bracket. */
export function isAtOrBelow(path: Path, place: Path): boolean {
  return place === '' || path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)
}
