import { abortReason } from '../../primitives/concurrency/abort.ts'
import type {
  ListedTenant,
  OverlayListing,
  OverlayReader,
  OverlaySource,
} from '../../sources/overlays/overlay-source.ts'
import type { TenantId } from '../tenant-id.ts'

/** What somebody has decided about a tenant here. */
type TenantDecision = 'active' | 'suspended' | 'removed'

/** Overlays, and who of their tenants is active here, suspended, or gone. */
export interface TenantDecisions {
  /** The same overlays, as decided. */
  readonly reader: OverlayReader
  /** Holds from the next listing on, until its source says something else of the tenant than it does now. */
  decide(tenant: TenantId, decision: TenantDecision): void
  /** Whether a tenant was said to be gone, here or by its source, and has not been activated or listed since. */
  isRemoved(tenant: TenantId): boolean
  /** Wall time since when what a suspended tenant reads is not followed any more. */
  suspendedSince(tenant: TenantId): number | undefined
}

interface Decided {
  readonly decision: TenantDecision
  /** What the source said when it was decided; undefined before the next listing, and where it says nothing. */
  readonly over: Said | undefined
  /** How many listings had begun when it was decided: what those say was said before. */
  readonly after: number
}

/** What a source says of a tenant. One that is not listed has nothing of its own, which is no news of its state. */
type Said = ListedTenant['state'] | 'removed'

export interface TenantDecisionsParts {
  readonly source: OverlaySource
  readonly inner: OverlayReader
  readonly now: () => number
  /** What came of earlier listings. */
  readonly known: {
    /** Whether a tenant is one here, whatever its state. */
    has(tenant: string): boolean
    /** Whether it has something of its own in force. */
    hasOverlay(tenant: string): boolean
  }
}

/**
 * Puts decisions above what the source of the overlays lists. The later of the two counts: what the source says anew ends a
 * decision. What a suspended tenant has is kept as it was read, and read again when it is active.
 */
export function createTenantDecisions({ source, inner, now, known }: TenantDecisionsParts): TenantDecisions {
  const decided = new Map<string, Decided>()
  const suspended = new Map<string, number>()
  /** Those who are to be read whatever their source says. What holds for everybody is not written down for each of them. */
  const toRead = new Set<string>()
  /** Gone by decision: known for as long as nobody says otherwise, also where its source has forgotten it meanwhile. */
  const removedHere = new Set<string>()
  let removedThere: ReadonlySet<string> = new Set()
  /** Listings are numbered as they begin; only the one that was begun last counts, whichever comes last. */
  let begun = 0
  let newest = 0

  /** What holds for a tenant of which the source says that. */
  const settle = (tenant: string, said: Said | undefined): Said | undefined => {
    const made = decided.get(tenant)
    if (made === undefined) return said
    if (newest <= made.after) return made.decision
    if (said !== undefined && made.over !== undefined && made.over !== said) {
      decided.delete(tenant)
      return said
    }
    decided.set(tenant, { ...made, over: said ?? made.over })
    return made.decision
  }
  const listed = (tenant: ListedTenant, state: ListedTenant['state']): ListedTenant => {
    if (state === 'active') {
      // It is to be read anew until it has been, whoever lists it meanwhile.
      if (suspended.delete(tenant.tenant)) toRead.add(tenant.tenant)
      return { ...tenant, state, isChanged: tenant.isChanged || toRead.has(tenant.tenant) }
    }
    if (!suspended.has(tenant.tenant)) {
      suspended.set(tenant.tenant, now())
      // Who is new here is read once.
      if (!known.has(tenant.tenant)) toRead.add(tenant.tenant)
    }
    return { ...tenant, state, isChanged: toRead.has(tenant.tenant) }
  }
  const decide = (listing: Extract<OverlayListing, { kind: 'listed' }>): readonly ListedTenant[] => {
    const all = new Map(listing.tenants.map((each) => [each.tenant, each]))
    const shown: ListedTenant[] = []
    for (const each of listing.tenants) {
      const state = settle(each.tenant, each.state)
      if (state === 'active' || state === 'suspended') shown.push(listed(each, state))
      else suspended.delete(each.tenant)
    }
    const removed = new Set(listing.removed)
    for (const tenant of [...decided.keys()]) {
      if (all.has(tenant)) continue
      const state = settle(tenant, removed.has(tenant) ? 'removed' : undefined)
      // What it had is read away.
      const bare = { tenant, isChanged: known.hasOverlay(tenant), origin: { source: source.name } }
      if (state === 'active' || state === 'suspended') shown.push(listed({ ...bare, state }, state))
      // Nobody is left to whom it could apply, unless somebody was there when it was decided.
      else if (newest > (decided.get(tenant)?.after ?? 0)) decided.delete(tenant)
    }
    const isShown = new Set(shown.map(({ tenant }) => tenant))
    for (const tenant of isShown) removedHere.delete(tenant)
    removedThere = new Set([...removed].filter((tenant) => !isShown.has(tenant)))
    for (const tenant of suspended.keys()) if (!isShown.has(tenant)) suspended.delete(tenant)
    for (const tenant of toRead) if (!isShown.has(tenant) && !decided.has(tenant)) toRead.delete(tenant)
    return shown
  }

  const reader: OverlayReader = {
    async list(signal) {
      for (;;) {
        begun += 1
        const mine = begun
        const listing = await inner.list(signal)
        if (signal.aborted) throw abortReason(signal)
        if (listing.kind !== 'listed') return listing
        // One that a later one has overtaken is asked for again.
        if (mine < newest) continue
        newest = mine
        return { ...listing, tenants: decide(listing) }
      }
    },
    async read(tenant, signal) {
      if (decided.get(tenant)?.decision === 'removed') {
        const problem = { code: 'absent', severity: 'error', message: 'was removed', origin: { source: source.name } }
        return { kind: 'absent', problem: { ...problem, code: 'absent', severity: 'error' } }
      }
      const reading = await inner.read(tenant, signal)
      if (reading.kind !== 'unreadable') toRead.delete(tenant)
      return reading
    },
    close: () => inner.close(),
  }
  if (inner.watch !== undefined) reader.watch = (wake, signal) => inner.watch?.(wake, signal) ?? Promise.resolve()
  if (inner.refresh !== undefined) reader.refresh = async (signal) => inner.refresh?.(signal)
  return {
    reader,
    decide(tenant, decision) {
      decided.set(tenant, { decision, over: undefined, after: begun })
      if (decision === 'removed') removedHere.add(tenant)
      // As it is then, whatever was read before.
      if (decision !== 'suspended') toRead.add(tenant)
    },
    isRemoved: (tenant) => removedHere.has(tenant) || removedThere.has(tenant),
    suspendedSince: (tenant) => suspended.get(tenant),
  }
}
