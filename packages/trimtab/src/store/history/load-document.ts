import { adopt } from '../../model/share.ts'
import type { Path } from '../../model/path.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { EnvironmentDocument } from '../document.ts'
import { graft, type LeafEdit } from '../publish/graft.ts'
import type { EnvironmentName } from '../scope.ts'
import type { StoredEnvironment } from '../storage.ts'

/** The document that stored entries make; parts that are equal to those of an earlier document are shared with it. */
export function documentOf(
  environment: EnvironmentName,
  { cursor, entries, states }: StoredEnvironment,
  earlier?: EnvironmentDocument,
): EnvironmentDocument {
  const leaves = new Map<string | undefined, LeafEdit[]>()
  for (const { tenant, path, value } of entries) {
    const ofTenant = leaves.get(tenant)
    const leaf = { path, next: adopt(value) }
    if (ofTenant === undefined) leaves.set(tenant, [leaf])
    else ofTenant.push(leaf)
  }
  const treeOf = (tenant: string | undefined, before: JsonObject | undefined) => {
    return adopt(graft(nothing, leaves.get(tenant) ?? []), before)
  }
  const overlays = new Map<string, JsonObject>()
  for (const tenant of leaves.keys()) {
    if (tenant !== undefined) overlays.set(tenant, treeOf(tenant, earlier?.overlays.get(tenant)))
  }
  return Object.freeze({ environment, cursor, tree: treeOf(undefined, earlier?.tree), overlays, states })
}

/** The leaves of one scope by the revision that set them. */
export function setByOf({ entries }: StoredEnvironment): ReadonlyMap<Path, number> {
  const setBy = new Map<Path, number>()
  for (const { path, revision } of entries) setBy.set(path, revision)
  return setBy
}

const nothing: JsonObject = Object.freeze({})
