import type { EnvironmentDocument } from '../document.ts'
import { createChangeList, treeOf } from '../publish/changes-of.ts'
import { leavesOf } from '../publish/leaves.ts'
import type { RevisionChange } from '../revision.ts'

/**
 * What brings the values of an earlier document back. The states of tenants stay as they are: who goes back to earlier
 * values does not mean to let a suspended customer in, or to bring back one that has left.
 */
export function rollbackChanges(now: EnvironmentDocument, then: EnvironmentDocument): readonly RevisionChange[] {
  const changes = createChangeList()
  const tenants = new Set<string | undefined>([undefined, ...now.overlays.keys(), ...then.overlays.keys()])
  for (const tenant of tenants) {
    if (tenant !== undefined && now.states.get(tenant) === 'removed') continue
    const [before, after] = [treeOf(now, tenant), treeOf(then, tenant)]
    if (before !== after) changes.leaves(tenant, leavesOf(before), leavesOf(after))
  }
  return changes.sorted()
}
