import type { JsonObject } from '../../primitives/json.ts'
import type { Cursor } from '../cursor.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { StoredTenantState } from '../edit.ts'
import type { LeafChange, RevisionChange } from '../revision.ts'
import { treeOf } from './changes-of.ts'
import { graft } from './graft.ts'

/** The document that changes make of another, at `cursor`; what they don't touch is shared. */
export function applyChanges(
  document: EnvironmentDocument,
  changes: readonly RevisionChange[],
  cursor: Cursor,
): EnvironmentDocument {
  const leaves = new Map<string | undefined, LeafChange[]>()
  let states: Map<string, StoredTenantState> | undefined
  for (const change of changes) {
    if (change.kind === 'tenant') {
      states ??= new Map(document.states)
      states.set(change.tenant, change.next)
      continue
    }
    const ofTenant = leaves.get(change.tenant)
    if (ofTenant === undefined) leaves.set(change.tenant, [change])
    else ofTenant.push(change)
  }
  const own = leaves.get(undefined)
  const tree = own === undefined ? document.tree : graft(document.tree, own)
  let overlays: Map<string, JsonObject> | undefined
  for (const [tenant, ofTenant] of leaves) {
    if (tenant === undefined) continue
    overlays ??= new Map(document.overlays)
    const overlay = graft(treeOf(document, tenant), ofTenant)
    if (Object.keys(overlay).length === 0) overlays.delete(tenant)
    else overlays.set(tenant, overlay)
  }
  return Object.freeze({
    environment: document.environment,
    cursor,
    tree,
    overlays: overlays ?? document.overlays,
    states: states ?? document.states,
  })
}
