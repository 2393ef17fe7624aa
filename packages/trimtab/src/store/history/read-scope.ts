import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Path } from '../../model/path.ts'
import type { ScopeDocument } from '../document.ts'
import { storeLimits } from '../limits.ts'
import { treeOf } from '../publish/changes-of.ts'
import { leavesOf } from '../publish/leaves.ts'
import type { Revision } from '../revision.ts'
import { printScope, type Scope } from '../scope.ts'
import type { StoreStorage } from '../storage.ts'
import { documentOf, setByOf } from './load-document.ts'
import { rewind } from './replay.ts'

/** What a scope holds, now or at an earlier revision. Throws `cursor_unknown` for one that there is not, or not any more. */
export async function readScope(
  storage: StoreStorage,
  { environment, tenant }: Scope,
  at: number | undefined,
): Promise<ScopeDocument> {
  const scope = printScope({ environment, tenant })
  const stored = await storage.load(environment, { tenant })
  const now = documentOf(environment, stored)
  const setBy = setByOf(stored)
  if (at === undefined || at === now.cursor.revision) {
    return Object.freeze({ scope, cursor: now.cursor, tree: treeOf(now, tenant), setBy })
  }
  const later = await laterRevisions(storage, scope, { environment, after: at, upTo: now.cursor.revision })
  const then = rewind(now, later)
  const tree = treeOf(then, tenant)
  const missing = new Set<Path>()
  const setByThen = new Map<Path, number>()
  for (const { path } of leavesOf(tree)) {
    const revision = setBy.get(path)
    if (revision !== undefined && revision <= at) setByThen.set(path, revision)
    else missing.add(path)
  }
  await findSetters(storage, { environment, tenant }, { before: at + 1, missing, setBy: setByThen })
  return Object.freeze({ scope, cursor: then.cursor, tree, setBy: setByThen })
}

/** The revisions after one, up to another, the newest first. Throws `cursor_unknown` where they are not all there. */
export async function laterRevisions(
  storage: StoreStorage,
  what: string,
  {
    environment,
    after,
    upTo,
  }: { readonly environment: Scope['environment']; readonly after: number; readonly upTo: number },
  signal?: AbortSignal,
): Promise<readonly Revision[]> {
  const revisions: Revision[] = []
  let before = upTo + 1
  while (before > after + 1) {
    const page = await storage.revisions(
      environment,
      { after, before, order: 'newest_first', limit: storeLimits.revisions },
      signal,
    )
    revisions.push(...page)
    const oldest = page.at(-1)?.cursor.revision
    if (oldest === undefined) break
    before = oldest
  }
  if (after >= 0 && after <= upTo && revisions.length === upTo - after) return revisions
  throw new TrimtabError(
    'cursor_unknown',
    `Revision ${after} of ${what} is not kept: there is nothing of it, or not any more. The newest is ${upTo}.`,
  )
}

/** Looks in history for what set leaves that have been set anew since. */
async function findSetters(
  storage: StoreStorage,
  scope: Scope,
  search: { before: number; readonly missing: Set<Path>; readonly setBy: Map<Path, number> },
): Promise<void> {
  const { missing, setBy } = search
  let { before } = search
  while (missing.size > 0) {
    const page = await storage.revisions(scope.environment, {
      before,
      order: 'newest_first',
      limit: storeLimits.revisions,
      scope: { tenant: scope.tenant },
    })
    for (const { cursor, changes } of page) {
      for (const change of changes) {
        if (change.kind !== 'leaf' || change.tenant !== scope.tenant || !missing.delete(change.path)) continue
        setBy.set(change.path, cursor.revision)
      }
    }
    const oldest = page.at(-1)?.cursor.revision
    if (oldest === undefined) return
    before = oldest
  }
}
