import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { abortable } from '../../primitives/concurrency/abort.ts'
import { type Clock, sleep } from '../../primitives/time/clock.ts'
import type { Engine } from '../../reload/engine.ts'
import type { Outcome } from '../../reload/outcome.ts'
import type { Cursor } from '../../store/cursor.ts'
import type { EnvironmentFeed } from '../../store/feed/environment-feed.ts'

export interface ExpectPassParts {
  readonly engine: Engine
  readonly feed: EnvironmentFeed
  readonly clock: Clock
  readonly until: 'committed' | 'stable'
}

/** Looks out for the pass that contains a revision which is about to be published. */
export interface ExpectedPass {
  /** Resolves when this plane has read that revision, or another history. */
  reached(cursor: Cursor, signal: AbortSignal): Promise<void>
  /** How the pass ended that took it in. */
  outcome(cursor: Cursor, signal: AbortSignal): Promise<Outcome>
  end(): void
}

/** Milliseconds until a store is asked again for what it has confirmed already. */
const askAgain = 250

/**
 * The feed may have the revision before the store has answered. So each pass is joined in the turn in which the feed moves,
 * which is before that pass reads: one that is asked for later would find that nothing has changed.
 */
export function expectPass({ engine, feed, clock, until }: ExpectPassParts): ExpectedPass {
  const ask = () => engine.reload({ trigger: 'store', background: true, until })
  const joined: { readonly revision: number; readonly outcome: Promise<Outcome> }[] = []
  let isOtherHistory = false
  const end = feed.events.on((event) => {
    if (event.kind !== 'advanced' && event.kind !== 'adopted') return
    isOtherHistory ||= event.kind === 'adopted' && event.because === 'rewound'
    if (event.previous?.tree === event.next.tree) return
    const outcome = ask()
    outcome.catch(() => {})
    joined.push({ revision: isOtherHistory ? Infinity : event.next.cursor.revision, outcome })
  })
  const hasRead = ({ revision }: Cursor) => isOtherHistory || (feed.document?.cursor.revision ?? -1) >= revision

  return {
    async reached(cursor, signal) {
      while (!hasRead(cursor)) {
        try {
          await feed.refresh(signal)
          if (hasRead(cursor)) return
        } catch (error) {
          if (signal.aborted || isTrimtabError(error, 'plane_closed')) throw error
        }
        // It is away, or reads where the revision has not arrived yet.
        await sleep(clock, askAgain, signal)
      }
    },
    outcome({ revision }, signal) {
      const pass = joined.find((each) => each.revision >= revision)
      return abortable(pass?.outcome ?? ask(), signal)
    },
    end,
  }
}
