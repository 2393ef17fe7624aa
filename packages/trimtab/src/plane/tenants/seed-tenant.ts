import { TrimtabError } from '../../errors/trimtab-error.ts'
import { isPlainObject, type JsonObject } from '../../primitives/json.ts'
import type { ConfigStore, PublishResult } from '../../store/config-store.ts'
import type { Edit } from '../../store/edit.ts'
import { leavesOf } from '../../store/publish/leaves.ts'
import { isAtOrBelow } from '../../store/storage.ts'
import type { TenantId } from '../../tenancy/tenant-id.ts'

/** Where a tenant's own values live. */
export interface TenantHome {
  readonly store: Pick<ConfigStore, 'read' | 'history' | 'publish'>
  readonly environment: string
}

/** Who seeds, and why. */
export interface SeedTerms {
  readonly author: string
  readonly message: string
  readonly signal?: AbortSignal | undefined
}

/** How it ended: `unchanged` where there was nothing to seed. */
export type SeedResult = Exclude<PublishResult, { kind: 'conflict' }>

/** Tries against others who publish at the same time. */
const tries = 10

/**
 * Publishes what a tenant has never had: nothing where it has a value, at that place, above or below it, and nothing that
 * history says was there once and was taken away.
 */
export async function seedTenant(
  { store, environment }: TenantHome,
  tenant: TenantId,
  values: JsonObject,
  terms: SeedTerms,
): Promise<SeedResult> {
  if (!isPlainObject(values)) throw new TrimtabError('option_invalid', 'What is seeded has to be an object of values.')
  const scope = `${environment}/${tenant}`
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { tree, cursor } = await store.read(scope)
    const present = leavesOf(tree).map(({ path }) => path)
    const missing = leavesOf(values).filter(({ path }) => {
      return !present.some((other) => isAtOrBelow(path, other) || isAtOrBelow(other, path))
    })
    const edits: Edit[] = []
    for (const { path, value } of missing) {
      const touched = await store.history(environment, { scope, path, limit: 1 })
      if (touched.length === 0) edits.push({ scope, path, value })
    }
    if (edits.length === 0) return { kind: 'unchanged', cursor }
    const result = await store.publish(edits, { ...terms, expected: cursor })
    if (result.kind !== 'conflict') return result
  }
  throw new TrimtabError(
    'revision_conflict',
    `Others published to ${environment} ${tries} times while ${tenant} was seeded.`,
  )
}
