import { TrimtabError } from '../../errors/trimtab-error.ts'
import { overlayFolder } from '../../sources/overlays/overlay-folder.ts'
import type { OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { Source } from '../../sources/source.ts'
import type { ConfigStore } from '../../store/config-store.ts'
import { storeOverlays } from '../../store/source/store-overlays.ts'
import { isStoreSource } from '../../store/source/store-source.ts'

/** Where tenants' overlays come from: one of these. */
export type TenantOptions =
  /** A folder with a file for each tenant: `tenants/acme.yaml`. */
  | { readonly folder: string; readonly overlays?: undefined; readonly mode?: undefined }
  /** Any other place, or a folder with other timings: `overlayFolder('tenants', { settle: 500 })`. */
  | { readonly overlays: OverlaySource; readonly folder?: undefined; readonly mode?: undefined }
  /** All of them in one environment of a store, with their states: the one that `storeSource` reads, if it is left away. */
  | {
      readonly mode: 'shared'
      readonly store: ConfigStore
      readonly environment?: string | undefined
      readonly folder?: undefined
      readonly overlays?: undefined
    }

/** The names of all of them. */
export const tenantOptionNames = ['folder', 'overlays', 'mode', 'store', 'environment'] as const

/** Throws `option_invalid` for what cannot be what was meant. */
export function checkTenantOptions(options: TenantOptions, sources: readonly Source[]): void {
  const { folder, overlays, mode } = options
  const given = [folder, overlays, mode].filter((each) => each !== undefined)
  if (given.length !== 1) throw invalid("has to have one of `folder`, `overlays` and `mode: 'shared'` with a `store`")
  if (mode === undefined && ('store' in options || 'environment' in options))
    throw invalid("has a `store` or an `environment`, which go with `mode: 'shared'`")
  if (overlays !== undefined && typeof overlays.open !== 'function')
    throw invalid("overlays has to be a source of overlays, as overlayFolder('tenants') gives one")
  overlaysOf(options, sources)
}

export function overlaysOf(options: TenantOptions, sources: readonly Source[]): OverlaySource {
  if (options.overlays !== undefined) return options.overlays
  if (options.folder !== undefined) return overlayFolder(options.folder)
  const { mode, store, environment } = options
  if (mode !== 'shared') throw invalid("mode has to be 'shared'")
  if (typeof store?.wakeups !== 'function') throw invalid('store has to be a store, as memoryStore() gives one')
  return storeOverlays({ store, environment: environment ?? environmentOf(store, sources) })
}

function environmentOf(store: ConfigStore, sources: readonly Source[]): string {
  const read = sources.filter(isStoreSource).filter((source) => source.store === store)
  const [only] = read
  if (only !== undefined && read.length === 1) return only.environment
  throw invalid(
    `has no \`environment\`, and the sources read ${read.length === 0 ? 'none' : 'several'} of that store: name one`,
  )
}

function invalid(why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option tenants ${why}.`)
}
