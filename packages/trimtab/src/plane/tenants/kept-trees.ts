import type { Path } from '../../model/path.ts'
import { adopt } from '../../model/share.ts'
import { isPlainObject, type Json, type JsonObject } from '../../primitives/json.ts'
import { toJsonTree } from '../../sources/json-tree.ts'
import { storableTree, type StorableOptions } from '../state/storable-tree.ts'

/** Tenants' own values as they may be written to disk. */
export interface TreesToKeep {
  readonly body: readonly Json[]
  /** Those whose values hold a secret in clear, and the first place of it: they are not kept. */
  readonly secret: ReadonlyMap<string, Path>
}

export function treesToKeep(trees: Iterable<readonly [string, JsonObject]>, storable: StorableOptions): TreesToKeep {
  const body: Json[] = []
  const secret = new Map<string, Path>()
  for (const [tenant, tree] of trees) {
    const kept = storableTree(tree, storable)
    if (kept.kind === 'storable') body.push([tenant, kept.tree])
    else secret.set(tenant, kept.path)
  }
  return { body, secret }
}

/** What was kept, by tenant. What is not as it was written is left out: it can't be believed. */
export function keptTrees(body: unknown): ReadonlyMap<string, JsonObject> {
  const { overlays } = isPlainObject(body) ? body : { overlays: [] }
  const pairs: readonly unknown[] = Array.isArray(overlays) ? overlays : []
  const trees = pairs.flatMap((pair): readonly (readonly [string, JsonObject])[] => {
    const [tenant, tree]: readonly unknown[] = Array.isArray(pair) ? pair : []
    const read = toJsonTree(tree)
    return typeof tenant === 'string' && read.ok ? [[tenant, adopt(read.value)]] : []
  })
  return new Map(trees)
}
