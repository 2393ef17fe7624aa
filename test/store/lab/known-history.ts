import type { ConfigStore } from '../../../packages/trimtab/src/store/config-store.ts'
import { type Cursor, genesis } from '../../../packages/trimtab/src/store/cursor.ts'
import type { EnvironmentDocument } from '../../../packages/trimtab/src/store/document.ts'
import { replay } from '../../../packages/trimtab/src/store/history/replay.ts'
import { type Content, contentOf } from '../processes/orders.ts'

/** Everything that an environment has ever held, by the hash of its revision. */
export interface KnownHistory {
  /** Reads what is there now. What was there before, and is no more, stays known. */
  note(): Promise<void>
  at(cursor: Cursor): Content | undefined
}

export function knownHistory(store: ConfigStore, environment: string): KnownHistory {
  const empty = { environment, cursor: genesis, tree: {}, overlays: new Map(), states: new Map() }
  const known = new Map<string, Content>([[genesis.hash, contentOf(empty)]])
  return {
    async note() {
      let document: EnvironmentDocument = empty
      for (;;) {
        const since = await store.since(environment, document.cursor, 1_000)
        if (since.kind !== 'changes') throw new Error(`The store says ${since.kind} of a history that was just read`)
        for (const revision of since.revisions) {
          document = replay(document, [revision])
          known.set(document.cursor.hash, contentOf(document))
        }
        if (!since.more) return
      }
    },
    at: ({ hash }) => known.get(hash),
  }
}
