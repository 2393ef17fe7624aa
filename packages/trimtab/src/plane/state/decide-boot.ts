import { describeThrown } from '../../errors/trimtab-error.ts'
import type { Logger } from '../../primitives/logger.ts'
import { type BootDecision, bootDecision, crashReason, isSuspect } from './boot-decision.ts'
import type { StateJournal } from './state-journal.ts'

/** What the start asks before it takes anything in. */
export interface BootQuestion {
  /** Digest of what is configured; undefined where a required source can't be read. */
  readonly configured: string | undefined
  /**
   * Digest of the last known good content, put together as it would be taken in; undefined where that is not possible,
   * or where it is no valid configuration any more. Called only where it matters.
   */
  readonly lastKnownGood: () => Promise<string | undefined>
}

/** Decides, and leaves the journal as the decision wants it: what follows is an attempt at what was decided. */
export async function decideBoot(
  journal: StateJournal,
  { configured, lastKnownGood }: BootQuestion,
  logger: Logger,
): Promise<BootDecision> {
  const { crashed, setAside } = journal
  const remember = async (write: () => Promise<void>) => {
    try {
      await write()
    } catch (error) {
      // A full disk must not keep a service from starting.
      logger.warn(`A decision about the start could not be kept in the state folder: ${describeThrown(error)}`)
    }
  }

  const needsLast = configured === undefined || isSuspect({ crashed, configured, setAside })
  const last = needsLast ? await lastKnownGood() : undefined
  const decision = bootDecision({ crashed, configured, lastKnownGood: last, setAside })
  switch (decision.use) {
    case 'configured':
      // It is to be tried; and whatever else was set aside is not what is configured any more.
      await remember(() => journal.releaseAll())
      return decision
    case 'last_known_good':
      journal.bootFrom('last_known_good')
      if (decision.why === 'crashed' && crashed !== undefined) {
        await remember(() => journal.putAside(crashed.digest, crashReason(crashed)))
      }
      return decision
    case 'neither':
      journal.bootFrom('fallback')
      return decision
    default:
      return decision satisfies never
  }
}
