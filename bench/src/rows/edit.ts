import type { JsonObject } from 'trimtab'
import { createDigester } from '../../../packages/trimtab/dist/model/digest.js'
import { diffTrees } from '../../../packages/trimtab/dist/model/diff.js'
import { setAt } from '../../../packages/trimtab/dist/model/edit.js'
import { type MergeState, mergeTrees } from '../../../packages/trimtab/dist/model/merge.js'
import { adopt } from '../../../packages/trimtab/dist/model/share.js'
import { compared } from '../measure/compare.ts'
import { interleave, looped, once } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { comparingWalk, pathCopy } from '../subjects/by-hand.ts'
import { numberTree } from '../subjects/trees.ts'

const fanOut = [22, 22, 22] as const
const place = ['section7', 'section11', 'field13'] as const

/** What readers hold, as far as this row goes: merged, compared and identified. */
interface Committed {
  readonly merged: MergeState
  readonly digest: string
  readonly changes: number
}

/** One leaf of 10,648 changes, in the lower of two layers: everything from there to the commit. */
export async function measure(): Promise<Measured> {
  const base = numberTree(fanOut)
  const above: JsonObject = Object.freeze({ other: Object.freeze({ field: 1 }) })
  const digester = createDigester()

  let committed: Committed = { merged: mergeTrees([base, above]), digest: '', changes: 0 }
  const commit = (layer: JsonObject): Committed => {
    const merged = mergeTrees([layer, above], committed.merged)
    const changes = diffTrees(committed.merged.tree, merged.tree)
    committed = Object.freeze({ merged, digest: digester.digest(merged.tree), changes: changes.length })
    return committed
  }
  commit(base)

  const edits = await interleave(
    {
      own: looped((times) => {
        let layer = base
        for (let index = 0; index < times; index += 1) {
          layer = setAt(layer, place, index)
          commit(layer)
        }
        return committed
      }),
      copy: looped((times) => {
        let tree = base
        for (let index = 0; index < times; index += 1) tree = pathCopy(tree, place, index)
        return tree
      }),
    },
    { rounds: 61 },
  )

  commit(base)
  let count = 0
  const readAgain = () => {
    count += 1
    return unfrozen(pathCopy(base, place, -count))
  }
  const previous = committed.merged.inputs[0] ?? base
  const reads = await interleave(
    {
      own: once(readAgain, (fresh) => commit(adopt(fresh, committed.merged.inputs[0]))),
      walk: once(readAgain, (fresh) => comparingWalk(previous, fresh)),
    },
    { rounds: 301, warmUp: 50 },
  )

  return [
    compared({
      name: 'one leaf of 10,000, an edit that shares the rest',
      unit: 'µs',
      times: edits.own,
      peer: 'path copy by hand',
      peerTimes: edits.copy,
      limit: { atMost: 3 },
    }),
    compared({
      name: 'one leaf of 10,000, a tree read again',
      unit: 'µs',
      times: reads.own,
      peer: 'one comparing walk',
      peerTimes: reads.walk,
      limit: { atMost: 1.5 },
    }),
  ]
}

/** What a parser would give: the same content, nothing shared. */
function unfrozen(tree: JsonObject): JsonObject {
  // A tree of numbers.
  return JSON.parse(JSON.stringify(tree)) as JsonObject
}
