import type { Snapshot } from '../../model/snapshot.ts'

/** What outlives the process: written around each attempt, so that the next start knows how this one ended. */
export interface Journal {
  /** Contents that must not be tried, and why. */
  readonly setAside: ReadonlyMap<string, string>
  /** Modules are about to take this content. */
  begin(digest: string): Promise<void>
  /** The attempt ended without a crash: undone, refused or closed. */
  settle(): Promise<void>
  /** The snapshot proved itself: it is the last known good from now on. */
  stable(snapshot: Snapshot<object>): Promise<void>
  /** That content was undone by health, or crashed the process. */
  putAside(digest: string, why: string): Promise<void>
  /** It is to be tried again after all. */
  release(digest: string): Promise<void>
}

/** As many as the state folder keeps: one that is forgotten is judged again when it comes back, and set aside again. */
const mostSetAside = 64

/** Remembers within the process alone. */
export function memoryJournal(): Journal {
  const setAside = new Map<string, string>()
  return {
    setAside,
    async begin() {},
    async settle() {},
    async stable() {},
    async putAside(digest, why) {
      // Once more is as new as any.
      setAside.delete(digest)
      setAside.set(digest, why)
      const [oldest] = setAside.keys()
      if (setAside.size > mostSetAside && oldest !== undefined) setAside.delete(oldest)
    },
    async release(digest) {
      setAside.delete(digest)
    },
  }
}
