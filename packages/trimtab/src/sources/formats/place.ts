import type { Location, PlacePart } from '../../model/origin.ts'
import type { Segments } from '../../model/path.ts'
import type { TextLines } from './text-lines.ts'

/** Where one value of a file stands, and the values inside it. */
export interface Place {
  readonly lines: TextLines
  /** Undefined where the value stands at no one place: the root, or a group that only its members make. */
  readonly offset: number | undefined
  /** Of a value that has a name: where the name stands. Undefined where that is not known. */
  readonly keyOffset?: number | undefined
  /** Of an object. */
  readonly members?: ReadonlyMap<string, Place> | undefined
  /** Of an array. */
  readonly items?: readonly Place[] | undefined
}

/**
 * The place of the value at `path`, or of its nearest ancestor that has one; the file alone where none has. Of the `key`
 * it is the place of its name, where that is known.
 */
export function locateIn(root: Place, path: Segments, part: PlacePart = 'value'): Location {
  let nearest = root
  let place: Place | undefined = root
  for (const segment of path) {
    place = typeof segment === 'string' ? place.members?.get(segment) : place.items?.[segment]
    if (place === undefined) break
    if (place.offset !== undefined) nearest = place
  }
  if (part === 'key' && place?.keyOffset !== undefined) return place.lines.locate(place.keyOffset)
  return nearest.lines.locate(nearest.offset)
}

/** The places of two merged trees: objects key by key, everything else from the higher one. */
export function mergePlaces(low: Place, high: Place): Place {
  if (low.members === undefined || high.members === undefined) return high
  const members = new Map(low.members)
  for (const [key, place] of high.members) {
    const below = members.get(key)
    members.set(key, below === undefined ? place : mergePlaces(below, place))
  }
  return { ...high, members }
}
