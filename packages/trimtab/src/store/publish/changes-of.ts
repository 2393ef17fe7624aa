import { isSameValue } from '../../model/diff.ts'
import { compareSegments, type Path, printPath, type Segments, valueAt } from '../../model/path.ts'
import { compareText, isJsonObject, type Json, type JsonObject, typeName } from '../../primitives/json.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { StoredTenantState } from '../edit.ts'
import type { PublishProblem } from '../publish-problem.ts'
import type { LeafChange, RevisionChange } from '../revision.ts'
import { printScope } from '../scope.ts'
import { type Leaf, leavesOf } from './leaves.ts'
import type { ReadEdit } from './read-edit.ts'

/** What edits do to a document, and nothing that they leave as it is, sorted as in a revision; or why they can't. */
export function changesOf(
  document: EnvironmentDocument,
  edits: readonly ReadEdit[],
): { readonly changes: readonly RevisionChange[]; readonly problems: readonly PublishProblem[] } {
  const changes = createChangeList()
  const problems: PublishProblem[] = []
  const revived = new Set(edits.map((edit) => (edit.kind === 'state' && edit.state !== 'removed' ? edit.tenant : '')))
  for (const edit of edits) {
    if (edit.kind === 'state') {
      moveTenant(changes, document, edit)
      continue
    }
    const { tenant } = edit.scope
    const tree = treeOf(document, tenant)
    if (edit.leaves.length > 0 && tenant !== undefined) {
      if (document.states.get(tenant) === 'removed' && !revived.has(tenant)) {
        problems.push({
          code: 'tenant_removed',
          message: `The tenant ${tenant} was removed. Give it the state active in the same publish.`,
          scope: printScope(edit.scope),
          path: edit.path,
        })
        continue
      }
    }
    const inTheWay = edit.leaves.length > 0 ? wayTo(tree, edit.segments) : undefined
    if (inTheWay?.kind === 'value') {
      problems.push({
        code: 'parent_is_a_value',
        message: `${inTheWay.path} holds a value (${inTheWay.type}), so that nothing can stand below it. Set ${inTheWay.path} as a whole.`,
        scope: printScope(edit.scope),
        path: edit.path,
      })
      continue
    }
    if (inTheWay?.kind === 'empty') changes.leaves(tenant, [inTheWay.leaf], [])
    // What the path leads to in a tree is JSON.
    const before = valueAt(tree, edit.segments) as Json | undefined
    changes.leaves(tenant, before === undefined ? [] : leavesOf(before, edit.segments), edit.leaves)
  }
  return { changes: changes.sorted(), problems }
}

/** What a tenant, or the environment itself, sets. */
export function treeOf({ tree, overlays }: EnvironmentDocument, tenant: string | undefined): JsonObject {
  return tenant === undefined ? tree : (overlays.get(tenant) ?? nothing)
}

const nothing: JsonObject = Object.freeze({})

interface ChangeList {
  /** What stood somewhere, and what is to stand there: what is in both alike is no change. */
  leaves(tenant: string | undefined, before: readonly Leaf[], after: readonly Leaf[]): void
  state(tenant: string, previous: StoredTenantState | undefined, next: StoredTenantState): void
  sorted(): readonly RevisionChange[]
}

interface Ordered {
  readonly segments: Segments
  readonly change: LeafChange
}

/** Collects changes; the same leaf changed twice in the same way is one. */
export function createChangeList(): ChangeList {
  const leaves = new Map<string | undefined, Map<Path, Ordered>>()
  const states: RevisionChange[] = []
  return {
    leaves(tenant, before, after) {
      if (before.length === 0 && after.length === 0) return
      const ofTenant = leaves.get(tenant) ?? new Map<Path, Ordered>()
      leaves.set(tenant, ofTenant)
      const later = new Map(after.map((leaf) => [leaf.path, leaf]))
      const add = ({ path, segments }: Leaf, previous: Json | undefined, next: Json | undefined) => {
        ofTenant.set(path, { segments, change: { kind: 'leaf', tenant, path, previous, next } })
      }
      for (const leaf of before) {
        const next = later.get(leaf.path)?.value
        later.delete(leaf.path)
        if (next === undefined || !isSameValue(leaf.value, next)) add(leaf, leaf.value, next)
      }
      for (const leaf of later.values()) add(leaf, undefined, leaf.value)
    },
    state(tenant, previous, next) {
      if (previous !== next) states.push({ kind: 'tenant', tenant, previous, next })
    },
    sorted() {
      const ordered = [...leaves.values()].flatMap((ofTenant) =>
        [...ofTenant.values()].toSorted((a, b) => compareSegments(a.segments, b.segments)).map(({ change }) => change),
      )
      // Sorting is stable: a state comes before the leaves of its tenant, and those stay in their order.
      return [...states, ...ordered].toSorted((a, b) => compareText(a.tenant ?? '', b.tenant ?? ''))
    },
  }
}

function moveTenant(
  changes: ChangeList,
  document: EnvironmentDocument,
  { tenant, state }: { readonly tenant: string; readonly state: StoredTenantState },
): void {
  changes.state(tenant, document.states.get(tenant), state)
  if (state === 'removed') changes.leaves(tenant, leavesOf(treeOf(document, tenant)), [])
}

/** What stands above a place and is no object with something in it: an empty one is a leaf, and makes way. */
function wayTo(
  tree: JsonObject,
  segments: Segments,
):
  | { readonly kind: 'value'; readonly path: Path; readonly type: string }
  | { readonly kind: 'empty'; readonly leaf: Leaf }
  | undefined {
  for (let length = 1; length < segments.length; length += 1) {
    const above = segments.slice(0, length)
    // As above: JSON, or nothing.
    const value = valueAt(tree, above) as Json | undefined
    if (value === undefined) return undefined
    if (!isJsonObject(value)) return { kind: 'value', path: printPath(above), type: typeName(value) }
    if (Object.keys(value).length === 0) {
      return { kind: 'empty', leaf: { path: printPath(above), segments: above, value } }
    }
  }
  return undefined
}
