import { valueAt } from '../../model/path.ts'
import type { Instance, UnitId } from '../../modules/instance.ts'
import type { Committed } from '../proof/committed.ts'
import type { Outcome, StuckModule } from '../outcome.ts'
import type { Pass } from '../queue/pass.ts'
import { sectionOf } from '../plan/plan.ts'
import type { StepHost } from './step-host.ts'
import { type UndoEntry, type Undone, undoEntries } from './undo.ts'

/** A commit that is not stable yet: what has to be done to take it back, and who waits for it. */
export interface Unproved {
  readonly pass: Pass
  readonly entries: readonly UndoEntry[]
  readonly content: string
  /** How it ended as far as is known at the commit. */
  readonly outcome: Outcome
}

export interface WentBack {
  readonly running: ReadonlyMap<UnitId, Instance>
  readonly stuck: readonly StuckModule[]
  readonly undone: Undone['undone']
  /** Their users wait until these are closed, after the commit. */
  readonly gaps: readonly Instance[]
}

/** Takes back every unproved commit, the newest first, down to what was stable. Readers see none of it before its commit. */
export async function goBack(host: StepHost, unproved: readonly Unproved[], stable: Committed): Promise<WentBack> {
  const target = new Map(stable.running)
  const entries = unproved.flatMap((each) => each.entries)
  // What has to be started anew may have run on something that was never stable.
  const sectionFor = ({ module, key }: Instance) => {
    const section = sectionOf(module, stable.snapshot.config)
    return key === undefined ? section : valueAt(section, [key])
  }
  const { stuck, gaps, undone } = await undoEntries(host, entries, { target, before: host.committed, sectionFor })
  return { running: target, stuck, undone, gaps }
}
