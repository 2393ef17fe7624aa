import type { JsonObject } from '../primitives/json.ts'
import type { Cursor } from './cursor.ts'
import type { StoredTenantState } from './edit.ts'

/** Everything one environment holds at one revision. Frozen, and shared with the document before it where nothing changed. */
export interface EnvironmentDocument {
  readonly environment: string
  readonly cursor: Cursor
  /** What the environment itself sets. */
  readonly tree: JsonObject
  /** What each tenant sets above it: those that set anything. */
  readonly overlays: ReadonlyMap<string, JsonObject>
  /** The tenants somebody has given a state. */
  readonly states: ReadonlyMap<string, StoredTenantState>
}

/** What one scope holds at one revision. */
export interface ScopeDocument {
  readonly scope: string
  readonly cursor: Cursor
  readonly tree: JsonObject
  /**
   * The revision that set each leaf, by printed path. At an earlier revision, leaves set before what history keeps have
   * none.
   */
  readonly setBy: ReadonlyMap<string, number>
}
