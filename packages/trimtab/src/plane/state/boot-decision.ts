import { crashLimit, type Marker } from './marker.ts'

/** What a start knows before any module is started. */
export interface BootFacts {
  /** What the process before was taking in when it ended without having been told to. */
  readonly crashed: Marker | undefined
  /** Digest of what is configured; undefined where a required source can't be read. */
  readonly configured: string | undefined
  /** Digest of the last known good content, as put together now; undefined where there is none that can be used. */
  readonly lastKnownGood: string | undefined
  readonly setAside: ReadonlyMap<string, string>
}

/** What to start with. `message` is for people, where it is not simply what is configured. */
export type BootDecision =
  | {
      readonly use: 'configured'
      readonly why: 'nothing_against_it' | 'is_last_known_good' | 'last_known_good_failed' | 'no_last_known_good'
      readonly message?: string | undefined
    }
  | { readonly use: 'last_known_good'; readonly why: 'crashed' | 'set_aside' | 'unreadable'; readonly message: string }
  | { readonly use: 'neither'; readonly message: string }

/** Whether anything speaks against what is configured: without it, the last known good need not be looked at. */
export function isSuspect({ crashed, configured, setAside }: Omit<BootFacts, 'lastKnownGood'>): boolean {
  return configured !== undefined && (setAside.has(configured) || isCrashing(crashed, configured))
}

/**
 * Chooses between what is configured and the last known good.
 *
 *     configured ──crash──► configured ──crash──► last known good ──crash──► configured …
 *
 * A content that has ended the process twice in a row is not the one to start with, as long as there is another. When
 * the other one does not come up either, the cause is not the content, and what people have configured counts again.
 */
export function bootDecision(facts: BootFacts): BootDecision {
  const { crashed, configured, lastKnownGood, setAside } = facts
  if (configured === undefined) {
    return lastKnownGood === undefined
      ? { use: 'neither', message: "What is configured can't be read, and there is no last known good configuration" }
      : {
          use: 'last_known_good',
          why: 'unreadable',
          message: "What is configured can't be read: starting with the last known good configuration",
        }
  }
  if (!isSuspect(facts)) return { use: 'configured', why: 'nothing_against_it' }
  const suspicion = describeSuspicion(facts, configured)
  if (lastKnownGood === undefined) {
    return {
      use: 'configured',
      why: 'no_last_known_good',
      message: `${suspicion}, and there is no last known good one: it is tried again`,
    }
  }
  if (lastKnownGood === configured) {
    return {
      use: 'configured',
      why: 'is_last_known_good',
      message: `${suspicion}, but it is the last known good one as well: it is tried again. Look for the cause elsewhere`,
    }
  }
  if (crashed?.origin === 'last_known_good') {
    return {
      use: 'configured',
      why: 'last_known_good_failed',
      message: `${suspicion}, but the last known good one did not come up either: it is tried again. Look for the cause elsewhere`,
    }
  }
  return {
    use: 'last_known_good',
    why: setAside.has(configured) ? 'set_aside' : 'crashed',
    message: `${suspicion}: starting with the last known good one. Change it, or reload with force, to have it tried again`,
  }
}

/** Why a content is set aside that has ended the process, as it is shown wherever it is refused. */
export function crashReason({ count }: Marker): string {
  return `it ended the process ${count} times in a row`
}

function isCrashing(crashed: Marker | undefined, configured: string): crashed is Marker {
  return crashed !== undefined && crashed.digest === configured && crashed.count >= crashLimit
}

function describeSuspicion({ crashed, setAside }: BootFacts, configured: string): string {
  const why = setAside.get(configured)
  if (why !== undefined) return `The configuration has been set aside (${why})`
  return `The configuration has ended the process ${crashed?.count ?? crashLimit} times in a row while it was taken in`
}
