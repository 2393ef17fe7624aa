import type { Path } from '../model/path.ts'
import type { Json } from '../primitives/json.ts'
import type { Cursor } from './cursor.ts'
import type { StoredTenantState } from './edit.ts'

/**
 * One leaf that a revision changed: a value with no other above or below it. `previous` and `next` are undefined where
 * there was or is none.
 */
export interface LeafChange {
  readonly kind: 'leaf'
  /** Undefined for the environment itself. */
  readonly tenant: string | undefined
  readonly path: Path
  readonly previous: Json | undefined
  readonly next: Json | undefined
}

/** That a tenant was moved to another state. */
export interface TenantChange {
  readonly kind: 'tenant'
  readonly tenant: string
  /** Undefined where nobody had given it a state. */
  readonly previous: StoredTenantState | undefined
  readonly next: StoredTenantState
}

/** One thing that a revision changed. */
export type RevisionChange = LeafChange | TenantChange

/** One publish as it is before the store has said when it was. */
export interface RevisionDraft {
  readonly cursor: Cursor
  /** The hash before it. */
  readonly parent: string
  readonly environment: string
  /** Who, at most 256 characters; never blank. */
  readonly author: string
  /** Why, at most 4,000 characters; never blank. */
  readonly message: string
  /** The revision whose content a rollback brought back. */
  readonly rollbackTo: number | undefined
  /** What it did, and nothing that it left as it was: the environment, then tenant by tenant; a state, then leaves by path. */
  readonly changes: readonly RevisionChange[]
}

/** One publish, as history keeps it. */
export interface Revision extends RevisionDraft {
  /** The store's own wall time, milliseconds since 1970. It is not in the hash. */
  readonly at: number
}
