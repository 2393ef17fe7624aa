import { createDigester } from '../../model/digest.ts'
import type { Layer } from '../../model/layer.ts'
import { type MergeState, mergeTrees } from '../../model/merge.ts'
import { adopt } from '../../model/share.ts'
import type { PlacePart } from '../../model/origin.ts'
import type { Segments } from '../../model/path.ts'
import type { SourceName } from '../../model/source-name.ts'
import type { Parsed } from '../formats/format.ts'
import { type Place, locateIn, mergePlaces } from '../formats/place.ts'
import { textLines } from '../formats/text-lines.ts'

type Part = Extract<Parsed, { ok: true }>

/** Makes one layer after another from the files of a folder. The same parts give the very same layer. */
export function createFolderLayers(source: SourceName, folder: string): (parts: readonly Part[]) => Layer {
  const digester = createDigester()
  let latest: { readonly parts: readonly Part[]; readonly merged: MergeState; readonly layer: Layer } | undefined

  return (parts) => {
    if (latest !== undefined && isSameList(parts, latest.parts)) return latest.layer
    const merged = mergeTrees(
      parts.map(({ tree }) => tree),
      latest?.merged,
    )
    // What has only moved from one file to another is the same content.
    const tree = adopt(merged.tree, latest?.layer.tree)
    const place = placeOf(parts, folder)
    const layer: Layer = Object.freeze({
      source,
      tree,
      digest: digester.digest(tree),
      locate: (path: Segments, part?: PlacePart) => locateIn(place, path, part),
    })
    latest = { parts, merged, layer }
    return layer
  }
}

/** The root is the folder: what is missing in it is missing in no single file. */
function placeOf(parts: readonly Part[], folder: string): Place {
  const root: Place = { lines: textLines(folder, ''), offset: undefined, members: new Map() }
  const merged = parts.reduce((low, { place }) => mergePlaces(low, place), root)
  return { ...root, members: merged.members }
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}
