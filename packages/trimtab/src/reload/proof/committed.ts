import type { Layer } from '../../model/layer.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Running } from '../../modules/running.ts'
import type { PendingRestart } from '../plan/pending-restart.ts'

/** What is in force: one object, so that one assignment swaps all of it. */
export interface Committed {
  readonly snapshot: Snapshot<object>
  readonly running: Running
  readonly pending: readonly PendingRestart[]
  /** The newest layers of this very content: comments and lines may have moved since the snapshot was made. */
  readonly layers: readonly Layer[]
  /** What references gave, to be kept out of every text. */
  readonly secrets: readonly string[]
}

/** Resources that no longer run for anybody but could be gone back to. */
export function parkedOf(stable: Committed | undefined, committed: Committed | undefined): Running {
  const parked = [...(stable?.running ?? [])].filter(([unit, instance]) => committed?.running.get(unit) !== instance)
  return new Map(parked)
}
