import { basename } from 'node:path'
import { failureKind } from '../failure-kind.ts'
import { foldName, type WatchPlace } from './survey.ts'
import type { WatchFs, WatchHandle } from './watch-fs.ts'

/** The open watches of one path. */
export interface PlaceWatchers {
  /**
   * Watches exactly these places from now on. True when something was opened, or could not be because it had just
   * vanished: what happened before is then unknown, and another look is due.
   */
  update(places: ReadonlyMap<string, WatchPlace>): boolean
  /** True while a place is not watched, because the system has no room for it or does not allow it. */
  readonly isBlind: boolean
  /** Ends all watches; later updates open nothing. Idempotent. */
  close(): void
}

interface Entry {
  place: WatchPlace
  readonly handle: WatchHandle
  /** The place may have been moved or deleted under the watch, which then sees another folder, or nothing. */
  isSuspect: boolean
}

/** `onEvent` is called for each event that can concern one of the places. */
export function createPlaceWatchers(fs: WatchFs, onEvent: () => void): PlaceWatchers {
  const entries = new Map<string, Entry>()
  let isBlind = false
  let closed = false

  const drop = (path: string, entry: Entry) => {
    // First: a handle that tells something while it closes must find itself gone.
    entries.delete(path)
    entry.handle.close()
  }

  const open = (place: WatchPlace): 'opened' | 'vanished' | 'refused' => {
    const ownName = foldName(basename(place.path))
    let entry: Entry | undefined
    const isCurrent = () => entry !== undefined && entries.get(place.path) === entry
    try {
      const handle = fs.watch(place.path, {
        onEvent(type, name) {
          if (entry === undefined || !isCurrent()) return
          const folded = name === null ? ownName : foldName(name)
          const isOwn = folded === ownName
          if (isOwn && type === 'rename') entry.isSuspect = true
          const { names } = entry.place
          if (isOwn || names === undefined || names.has(folded)) onEvent()
        },
        onError() {
          if (entry === undefined || !isCurrent()) return
          // The next poll opens it again. At once could mean for ever, where each new watch fails as well.
          drop(place.path, entry)
          isBlind = true
        },
      })
      entry = { place, handle, isSuspect: false }
      entries.set(place.path, entry)
      return 'opened'
    } catch (error) {
      const code = failureKind(error)
      return code === 'ENOENT' || code === 'ENOTDIR' ? 'vanished' : 'refused'
    }
  }

  return {
    update(places) {
      if (closed) return false
      for (const [path, entry] of [...entries]) {
        const place = places.get(path)
        if (place === undefined || place.identity !== entry.place.identity || entry.isSuspect) drop(path, entry)
        else entry.place = place
      }
      isBlind = false
      let isNews = false
      for (const place of places.values()) {
        if (entries.has(place.path)) continue
        const result = open(place)
        if (result !== 'opened') isBlind = true
        if (result !== 'refused') isNews = true
      }
      return isNews
    },
    get isBlind() {
      return isBlind
    },
    close() {
      closed = true
      for (const [path, entry] of [...entries]) drop(path, entry)
    },
  }
}
