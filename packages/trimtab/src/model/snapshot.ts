import type { JsonObject } from '../primitives/json.ts'
import type { Layer } from './layer.ts'

/** One immutable, validated configuration. It stays as it is for whoever holds it. */
export interface Snapshot<Config> {
  /** Counts the snapshots of one process: 1 at boot, one more at every commit, also when one is undone. */
  readonly generation: number
  /** What readers hold: typed and deeply frozen. */
  readonly config: Config
  /** What was written, merged, with references as they stand. */
  readonly written: JsonObject
  /** The same with references resolved: what was validated. It holds secrets in clear. */
  readonly resolved: JsonObject
  /** Identifies the configured content. */
  readonly digest: string
  readonly layers: readonly Layer[]
  /** Wall time in milliseconds. */
  readonly committedAt: number
}
