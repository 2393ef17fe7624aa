import type { JsonObject } from '../primitives/json.ts'
import type { Layer } from './layer.ts'

const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * One immutable, validated configuration. It stays as it is for whoever holds it. Printed, it shows which one it is and
 * nothing of its content.
 */
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

/** Its trees hold secrets in clear, and it is in events that somebody may print: so it prints its numbers alone. */
export function createSnapshot<Config>(content: Snapshot<Config>): Snapshot<Config> {
  const { generation, digest, committedAt } = content
  const print = { value: () => ({ generation, digest, committedAt }), enumerable: false }
  return Object.freeze(Object.defineProperties({ ...content }, { toJSON: print, [inspect]: print }))
}
