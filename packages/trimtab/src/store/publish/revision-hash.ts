import { hash } from 'node:crypto'
import { isJsonArray, isJsonObject, type Json } from '../../primitives/json.ts'
import type { RevisionChange, RevisionDraft } from '../revision.ts'

/** A revision without the hash that it is about to get. */
export type Unhashed = Omit<RevisionDraft, 'cursor'> & { readonly revision: number }

/**
 * The hash of a revision, in base64url: over the one before it, its number, and all that a person said and did in it. When
 * it was is left out, because the store says that only as it commits; what the document is by now is in it through the
 * chain.
 */
export function hashRevision(of: Unhashed): string {
  const { environment, revision, parent, author, message, rollbackTo, changes } = of
  const parts: Json[] = [environment, revision, parent, author, message, rollbackTo ?? null, changes.map(changeAsJson)]
  // The first word lets the form change one day, without two forms ever giving the same text.
  return hash('sha256', canonicalText(['trimtab revision 1', ...parts]), 'base64url')
}

/** Absent is `[]` and present `[value]`, because null is a value. */
function changeAsJson(change: RevisionChange): Json {
  const maybe = (value: Json | undefined): Json => (value === undefined ? [] : [value])
  if (change.kind === 'tenant') return ['tenant', change.tenant, maybe(change.previous), change.next]
  return ['leaf', maybe(change.tenant), change.path, maybe(change.previous), maybe(change.next)]
}

/** JSON with sorted keys: what a database makes of the order of keys is no difference. */
function canonicalText(value: Json): string {
  if (isJsonArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const entries = Object.keys(value).sort()
  // Each of them is its own key.
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] as Json)}`).join(',')}}`
}
