import { isTrimtabError, TrimtabError } from '../../errors/trimtab-error.ts'
import { abortable, childController } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Engine } from '../../reload/engine.ts'
import type { Outcome } from '../../reload/outcome.ts'
import type { ConfigStore, PublishResult, PublishTerms } from '../../store/config-store.ts'
import type { Cursor } from '../../store/cursor.ts'
import type { Edit } from '../../store/edit.ts'
import type { Revision } from '../../store/revision.ts'
import { readScope, type Scope } from '../../store/scope.ts'
import type { TenantOutcome } from '../../tenancy/overlay/tenant-outcome.ts'
import { parseTenantId, type TenantId } from '../../tenancy/tenant-id.ts'
import type { OpenTenants } from '../tenants/open-tenants.ts'
import { expectPass } from './expect-pass.ts'
import type { PlaneStore } from './plane-stores.ts'

/** Who publishes, why, on top of what, and what is waited for. */
export interface PlanePublishTerms extends Omit<PublishTerms, 'expected'> {
  /** Where the author was looking: what this plane has read, if it is left away. */
  readonly expected?: Cursor | undefined
  /** Waits for this plane: until the revision is in force, or until it has proved itself. Without it, for the store alone. */
  readonly until?: 'committed' | 'stable' | undefined
}

/** How a publish ended, and what became of it in this plane. */
export type PlanePublishResult =
  | Exclude<PublishResult, { kind: 'published' }>
  | (Extract<PublishResult, { kind: 'published' }> & {
      /**
       * How the reload ended that contained the revision. Undefined where it was not waited for: without `until`, where only
       * tenants' own values were published, and where the signal or the plane's end came first.
       */
      readonly outcome: Outcome | undefined
      /** The same for the tenants whose own values were published. */
      readonly tenants: readonly TenantOutcome[]
    })

export interface PlanePublisher {
  publish(edits: readonly Edit[], terms: PlanePublishTerms, closing: AbortSignal): Promise<PlanePublishResult>
}

export interface PlanePublisherParts {
  readonly stores: readonly PlaneStore[]
  readonly engine: Engine
  readonly tenants: Pick<OpenTenants, 'overlays' | 'events' | 'ownHomes'> | undefined
  readonly clock: Clock
}

/** Publishes on behalf of the plane, and waits for the pass that contains it. */
export function createPlanePublisher(parts: PlanePublisherParts): PlanePublisher {
  const { engine, tenants, clock } = parts
  return {
    async publish(edits, { until, expected, ...terms }, closing) {
      if (until !== undefined && until !== 'committed' && until !== 'stable') throw untilError(until)
      const { store, feed } = placeOf(parts, edits)
      const from = expected ?? (feed.document ?? (await feed.ready(terms.signal))).cursor
      const waiting = until === undefined ? undefined : expectPass({ engine, feed, clock, until })
      const outcomes = new Map<TenantId, TenantOutcome>()
      const stopListening = tenants?.events.on((event) => {
        if (event.kind === 'settled') outcomes.set(event.outcome.tenant, event.outcome)
      })
      const { controller, release } = childController(terms.signal, closing)
      const { signal } = controller
      try {
        const result = await store.publish(edits, { ...terms, expected: from })
        if (result.kind !== 'published') return result
        const { cursor, revision } = result
        const unawaited = { ...result, outcome: undefined, tenants: [] }
        if (waiting === undefined) return unawaited
        try {
          await waiting.reached(cursor, signal)
          const outcome = isShared(revision) ? await waiting.outcome(cursor, signal) : undefined
          const ids = tenantsIn(revision)
          if (tenants !== undefined && ids.length > 0) await abortable(tenants.overlays.catchUp(ids), signal)
          const ended = ids.flatMap((id) => outcomes.get(id) ?? tenants?.overlays.lastOutcome(id) ?? [])
          return { ...result, outcome, tenants: ended }
        } catch (error) {
          // It is published, whoever has stopped waiting.
          if (signal.aborted || isTrimtabError(error, 'plane_closed')) return unawaited
          throw error
        }
      } finally {
        release()
        stopListening?.()
        waiting?.end()
      }
    },
  }
}

function untilError(until: never): TrimtabError {
  return new TrimtabError('option_invalid', `The option until is 'committed' or 'stable'. Found ${typeof until}.`)
}

/** Whether it has changed something for all. */
function isShared({ changes }: Revision): boolean {
  return changes.some((change) => change.tenant === undefined)
}

function tenantsIn({ changes }: Revision): readonly TenantId[] {
  const named = changes.flatMap(({ tenant }) => tenant ?? [])
  return [...new Set(named)].map((tenant) => parseTenantId(tenant))
}

type PublishPlace = Pick<PlaneStore, 'environment' | 'feed'> & { readonly store: Pick<ConfigStore, 'publish'> }

function placeOf({ stores, tenants }: PlanePublisherParts, edits: readonly Edit[]): PublishPlace {
  const homes = tenants?.ownHomes
  const scopes = Array.isArray(edits) ? edits.map((edit) => readScope(edit?.scope)) : []
  const own = scopes.find((scope) => scope?.tenant !== undefined && scope.environment === homes?.environment)
  if (homes === undefined || own?.tenant === undefined) return storeOf(stores, scopes)
  if (scopes.every((scope) => scope?.tenant === own.tenant && scope?.environment === own.environment))
    return homes.of(parseTenantId(own.tenant))
  throw new TrimtabError(
    'option_invalid',
    `Tenants have stores of their own here: publish what is of ${own.tenant} by itself.`,
  )
}

function storeOf(stores: readonly PlaneStore[], scopes: readonly (Scope | undefined)[]): PlaneStore {
  const wanted = scopes[0]?.environment
  const [only] = stores
  const found = stores.filter(({ environment }) => environment === wanted)
  if (found.length > 1) return oneOf(found, scopes)
  // What is wrong with the edits themselves the store says.
  const one = wanted === undefined ? only : found[0]
  if (one !== undefined) return one
  const read = stores.map(({ environment }) => environment)
  const what = wanted === undefined ? 'no environment of a store' : `nothing of ${wanted}`
  throw new TrimtabError(
    'part_not_configured',
    `This plane reads ${what}${read.length === 0 ? '' : `, but ${read.join(', ')}`}. Add storeSource() to its sources.`,
  )
}

/** Of two stores that have an environment of that name: the one that is read for all, or the one that tenants have theirs in. */
function oneOf(stores: readonly PlaneStore[], scopes: readonly (Scope | undefined)[]): PlaneStore {
  const isTenants = scopes[0]?.tenant !== undefined
  const found = stores.find(({ reads }) => reads === (isTenants ? 'tenants' : 'all'))
  if (found !== undefined && scopes.every((scope) => (scope?.tenant !== undefined) === isTenants)) return found
  throw new TrimtabError(
    'option_invalid',
    `What all share and what is of tenants are in two stores here: publish to each by itself.`,
  )
}
