import { describeThrown } from '../../errors/trimtab-error.ts'
import { loadPeer } from '../../errors/load-peer.ts'

/** When something is due. */
export interface CronSchedule {
  /** The first time after another one, both as wall time in milliseconds; undefined where there is none any more. */
  after(time: number): number | undefined
}

/** Reads a cron expression; or says which of the two can't be read, and why. */
export async function readCron(
  cron: string,
  timezone: string,
): Promise<CronSchedule | { readonly field: 'cron' | 'timezone'; readonly why: string }> {
  const { Cron } = await loadPeer('croner', () => import('croner'))
  if (!isTimezone(timezone))
    return {
      field: 'timezone',
      why: `expected the name of a time zone like Europe/Zurich, received ${JSON.stringify(timezone)}`,
    }
  try {
    // Without a function it only computes: time is ours.
    const pattern = new Cron(cron, { timezone })
    return { after: (time) => pattern.nextRun(new Date(time))?.getTime() }
  } catch (error) {
    return { field: 'cron', why: `expected a cron expression like 0 3 * * *: ${describeThrown(error)}` }
  }
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}
