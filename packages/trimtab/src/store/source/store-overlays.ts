import { sourceName } from '../../model/source-name.ts'
import type { ListedTenant, OverlayReader, OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { SourceHost } from '../../sources/source.ts'
import type { ConfigStore } from '../config-store.ts'
import type { EnvironmentDocument } from '../document.ts'
import type { FeedEvent } from '../feed/feed-event.ts'
import { type EnvironmentName, parseEnvironment } from '../scope.ts'
import { leaseFeed } from './lease-feed.ts'
import { ageWarnings, listening, unreadable } from './store-source.ts'
import { StoredOverlay, unpublishedOverlay } from './stored-overlay.ts'

/** Overlays that a plane can also publish to. */
export interface StoreOverlays extends OverlaySource {
  readonly store: ConfigStore
  readonly environment: EnvironmentName
}

/**
 * What the tenants of an environment have of their own in a store, and their states. All of them come from the feed that
 * the environment itself is read from: one publish over several scopes arrives as one.
 */
export function storeOverlays(options: { readonly store: ConfigStore; readonly environment: string }): StoreOverlays {
  const { store } = options
  const environment = parseEnvironment(options.environment)
  const name = sourceName('tenants', environment)
  return Object.freeze<StoreOverlays>({
    name,
    unlisted: 'shared',
    store,
    environment,
    open: (host) => openOverlays(host, { store, environment, name }),
  })
}

export function isStoreOverlays(source: OverlaySource): source is StoreOverlays {
  return 'store' in source && 'environment' in source && source.name === `tenants:${String(source.environment)}`
}

function openOverlays(
  host: SourceHost,
  { store, environment, name }: Pick<StoreOverlays, 'store' | 'environment' | 'name'>,
): OverlayReader {
  const { value: feed, release } = leaseFeed(host, store, environment)
  // What has been listed stands in the document, and is not written down again for ten thousand of them.
  /** What the newest listing was of. */
  let given: EnvironmentDocument | undefined
  /** Those that it called changed and that have not been read since. */
  const unread = new Set<string>()
  const isOther = (tenant: string, { overlays }: EnvironmentDocument): boolean => {
    if (unread.has(tenant) || given === undefined || !isListed(given, tenant)) return true
    return given.overlays.get(tenant) !== overlays.get(tenant)
  }
  const newest = async (signal: AbortSignal) => feed.document ?? (await feed.ready(signal))

  return {
    async list(signal) {
      let document: EnvironmentDocument
      try {
        document = await newest(signal)
      } catch (error) {
        return { kind: 'unreadable', problems: [unreadable(name, error)] }
      }
      const tenants = tenantsOf(document).map((tenant): ListedTenant => {
        const state = document.states.get(tenant) === 'suspended' ? 'suspended' : 'active'
        return { tenant, state, isChanged: isOther(tenant, document), origin: { source: name } }
      })
      given = document
      unread.clear()
      for (const { tenant, isChanged } of tenants) if (isChanged) unread.add(tenant)
      const removed = [...document.states].flatMap(([tenant, state]) => (state === 'removed' ? [tenant] : []))
      return { kind: 'listed', tenants, removed, warnings: ageWarnings(name, feed) }
    },
    async read(tenant, signal) {
      let document: EnvironmentDocument
      try {
        document = await newest(signal)
      } catch (error) {
        return { kind: 'unreadable', problems: [unreadable(name, error)] }
      }
      const isThere = isListed(document, tenant)
      const tree = isThere ? document.overlays.get(tenant) : undefined
      // One that is not listed is to be looked at anew when it is.
      if (!isThere) unread.add(tenant)
      else unread.delete(tenant)
      if (tree === undefined) return { kind: 'absent', problem: unpublishedOverlay(name, tenant) }
      return { kind: 'layer', layer: new StoredOverlay(name, tree), warnings: [] }
    },
    watch: (wake, signal) => {
      if (feed.document !== undefined && feed.document !== given) wake()
      return listening(feed, signal, (event) => {
        if (isOfTenants(event)) wake()
      })
    },
    async refresh(signal) {
      await feed.refresh(signal)
    },
    close: release,
  }
}

function tenantsOf(document: EnvironmentDocument): readonly string[] {
  const { overlays, states } = document
  return [...new Set([...overlays.keys(), ...states.keys()])].filter((tenant) => isListed(document, tenant))
}

function isListed({ overlays, states }: EnvironmentDocument, tenant: string): boolean {
  return states.get(tenant) !== 'removed' && (states.has(tenant) || overlays.has(tenant))
}

/** Also when the feed is lost and back: the listing says how old it is. */
function isOfTenants(event: FeedEvent): boolean {
  if (event.kind !== 'advanced' && event.kind !== 'adopted') return true
  const { previous, next } = event
  return previous?.overlays !== next.overlays || previous.states !== next.states
}
