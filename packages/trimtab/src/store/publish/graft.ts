import { type Path, type Segments, segmentsOf } from '../../model/path.ts'
import {
  copyRecord,
  emptyRecord,
  isJsonObject,
  type Json,
  type JsonObject,
  ownValue,
  setOwn,
} from '../../primitives/json.ts'

/** What becomes of one leaf; without `next` it goes. */
export interface LeafEdit {
  readonly path: Path
  readonly next: Json | undefined
}

interface Place {
  readonly below: Map<string, Place>
  edit: LeafEdit | undefined
}

/**
 * The frozen tree with other leaves. What is beside them is shared, objects are made on the way to a new leaf, and an
 * object whose last leaf goes, goes with it. The order of the edits makes no difference: a leaf that goes makes room for
 * one above or below it.
 */
export function graft(tree: JsonObject, edits: Iterable<LeafEdit>): JsonObject {
  const root: Place = { below: new Map(), edit: undefined }
  for (const edit of edits) placeAt(root, segmentsOf(edit.path)).edit = edit
  const grafted = graftAt(tree, root)
  return isJsonObject(grafted) ? grafted : Object.freeze(emptyRecord<Json>())
}

function placeAt(root: Place, segments: Segments): Place {
  let place = root
  for (const segment of segments) {
    const key = String(segment)
    let next = place.below.get(key)
    if (next === undefined) {
      next = { below: new Map(), edit: undefined }
      place.below.set(key, next)
    }
    place = next
  }
  return place
}

function graftAt(at: Json | undefined, { below, edit }: Place): Json | undefined {
  // Where a leaf comes, everything below it goes.
  if (edit?.next !== undefined) return edit.next
  const stays = edit === undefined ? at : undefined
  if (below.size === 0) return stays
  const copy: Record<string, Json> = isJsonObject(stays) ? copyRecord(stays) : emptyRecord<Json>()
  for (const [key, place] of below) {
    const child = graftAt(ownValue(copy, key), place)
    if (child === undefined) delete copy[key]
    else setOwn(copy, key, child)
  }
  return Object.keys(copy).length === 0 ? undefined : Object.freeze(copy)
}
