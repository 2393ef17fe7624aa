import type { Json } from '../../primitives/json.ts'
import { fieldsOf } from './document.ts'

/** Where the content comes from that a start takes in. */
export type BootOrigin = (typeof origins)[number]

const origins = ['configured', 'last_known_good', 'fallback'] as const

/** That modules are taking in a content. Where a start finds one, the process before it has ended in the middle of that. */
export interface Marker {
  /** Of the content. */
  readonly digest: string
  readonly origin: BootOrigin
  /** How many attempts at this content in a row have ended so, with this one when it does. */
  readonly count: number
}

/** So many ends in a row, without having been told to stop, are no accident: the content ends the process. */
export const crashLimit = 2

/** The marker of an attempt; `found` is that of the process before, for as long as nothing has proved or settled since. */
export function markerOf(digest: string, origin: BootOrigin, found: Marker | undefined): Marker {
  const before = found !== undefined && found.digest === digest && found.origin === origin ? found.count : 0
  return { digest, origin, count: before + 1 }
}

export function markerToJson({ digest, origin, count }: Marker): Json {
  return { digest, origin, count }
}

export function markerFromJson(body: unknown): Marker | undefined {
  const { digest, origin, count } = fieldsOf(body)
  if (typeof digest !== 'string' || typeof count !== 'number') return undefined
  const known = origins.find((each) => each === origin)
  return known === undefined ? undefined : { digest, origin: known, count }
}
