import { storeLimits } from '../limits.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { PublishProblem } from '../publish-problem.ts'
import type { RevisionChange } from '../revision.ts'
import { treeOf } from './changes-of.ts'
import { leavesOf } from './leaves.ts'

/** What keeps a document from being what an environment holds: only what has changed is looked at. */
export function documentProblems(
  before: EnvironmentDocument,
  after: EnvironmentDocument,
  changes: readonly RevisionChange[],
): readonly PublishProblem[] {
  const changed = new Set(changes.filter(({ kind }) => kind === 'leaf').map(({ tenant }) => tenant))
  const problems = [...changed].flatMap((tenant) => scopeProblems(after, tenant))
  return [...problems, ...takenNames(before, changes)]
}

function scopeProblems(document: EnvironmentDocument, tenant: string | undefined): readonly PublishProblem[] {
  const tree = treeOf(document, tenant)
  const scope = tenant === undefined ? document.environment : `${document.environment}/${tenant}`
  const problems: PublishProblem[] = []
  const bytes = Buffer.byteLength(JSON.stringify(tree))
  if (bytes > storeLimits.documentBytes) problems.push(documentTooLarge(scope, bytes))
  const entries = tenant === undefined ? 0 : leavesOf(tree).length
  if (entries > storeLimits.overlayEntries) problems.push(tooManyEntries(scope, entries))
  return problems
}

export function documentTooLarge(scope: string, bytes: number): PublishProblem {
  const limit = storeLimits.documentBytes / 1024 / 1024
  const message = `A scope may hold ${limit} MiB as JSON; ${scope} would hold ${(bytes / 1024 / 1024).toFixed(1)}.`
  return { code: 'document_too_large', message, scope }
}

export function tooManyEntries(scope: string, entries: number): PublishProblem {
  const message = `A tenant may have ${storeLimits.overlayEntries} values of its own; ${scope} would have ${entries}.`
  return { code: 'too_many_entries', message, scope }
}

/** Tenants that are new here and have the name of another in other letter case. */
function takenNames(
  { environment, overlays, states }: EnvironmentDocument,
  changes: readonly RevisionChange[],
): readonly PublishProblem[] {
  const isKnown = (tenant: string) => overlays.has(tenant) || states.has(tenant)
  const fresh = new Set<string>()
  for (const { tenant } of changes) if (tenant !== undefined && !isKnown(tenant)) fresh.add(tenant)
  if (fresh.size === 0) return []
  const taken = new Map<string, string>()
  for (const tenant of [...overlays.keys(), ...states.keys()]) taken.set(tenant.toLowerCase(), tenant)
  const problems: PublishProblem[] = []
  for (const tenant of fresh) {
    const twin = taken.get(tenant.toLowerCase())
    taken.set(tenant.toLowerCase(), tenant)
    if (twin === undefined) continue
    const message = `The tenants ${twin} and ${tenant} differ in letter case only. Choose another name.`
    problems.push({ code: 'name_taken', message, scope: `${environment}/${tenant}` })
  }
  return problems
}
