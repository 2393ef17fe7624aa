import { TrimtabError } from '../../errors/trimtab-error.ts'
import { overlayFolder } from '../../sources/overlays/overlay-folder.ts'
import type { OverlaySource } from '../../sources/overlays/overlay-source.ts'
import type { Source } from '../../sources/source.ts'
import type { ConfigStore } from '../../store/config-store.ts'
import type { OpenTenantStore } from '../../store/homes/home-options.ts'
import { homeOverlays } from '../../store/homes/home-overlays.ts'
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
  /** Each in a store of its own. Nobody is known before `activate` or `ready`, and nobody has the shared values until then. */
  | {
      readonly mode: 'perDatabase'
      /**
       * Gives the store of one tenant, whose own values are in its scope of the environment there. It is asked at every attempt
       * to reach it, so that replaced credentials are used, each time for a new store, which is closed when it is done with.
       * Where it throws a `TrimtabError` of the code `tenant_unknown` it is not tried again.
       */
      readonly open: OpenTenantStore
      /** That of the one `storeSource` there is, if it is left away. */
      readonly environment?: string | undefined
      /**
       * Milliseconds without a reader and without a change after which nobody listens for a tenant any more, and it is looked at
       * in intervals: 600,000. `Infinity` for never.
       */
      readonly idleAfter?: number | undefined
      /** Those intervals in milliseconds, give or take a quarter: 60,000. */
      readonly idlePoll?: number | undefined
      readonly folder?: undefined
      readonly overlays?: undefined
    }

/** The names of all of them. */
export const tenantOptionNames = [
  'folder',
  'overlays',
  'mode',
  'store',
  'environment',
  'open',
  'idleAfter',
  'idlePoll',
] as const

/** What goes with each of the modes. */
const optionsOf: Readonly<Record<string, readonly string[] | undefined>> = {
  shared: ['mode', 'store', 'environment'],
  perDatabase: ['mode', 'open', 'environment', 'idleAfter', 'idlePoll'],
}

/** Throws `option_invalid` for what cannot be what was meant. */
export function checkTenantOptions(options: TenantOptions, sources: readonly Source[]): void {
  const { folder, overlays, mode } = options
  const given = [folder, overlays, mode].filter((each) => each !== undefined)
  if (given.length !== 1)
    throw invalid(
      "has to have one of `folder`, `overlays`, `mode: 'shared'` with a `store` and `mode: 'perDatabase'` with `open`",
    )
  if (mode === undefined && ('store' in options || 'environment' in options))
    throw invalid('has a `store` or an `environment`, which go with a `mode`')
  if (mode !== undefined && optionsOf[mode] === undefined) throw invalid("mode has to be 'shared' or 'perDatabase'")
  const foreign = Object.keys(options).find((name) => mode !== undefined && !optionsOf[mode]?.includes(name))
  if (foreign !== undefined) throw invalid(`has \`${foreign}\`, which does not go with \`mode: '${mode}'\``)
  if (overlays !== undefined && typeof overlays.open !== 'function')
    throw invalid("overlays has to be a source of overlays, as overlayFolder('tenants') gives one")
  overlaysOf(options, sources)
}

export function overlaysOf(options: TenantOptions, sources: readonly Source[]): OverlaySource {
  if (options.overlays !== undefined) return options.overlays
  if (options.folder !== undefined) return overlayFolder(options.folder)
  if (options.mode === 'perDatabase') return homesOf(options, sources)
  const { store, environment } = options
  if (typeof store?.wakeups !== 'function') throw invalid('store has to be a store, as memoryStore() gives one')
  return storeOverlays({ store, environment: environment ?? environmentOf(store, sources) })
}

function homesOf(
  { open, environment, idleAfter, idlePoll }: Extract<TenantOptions, { mode: 'perDatabase' }>,
  sources: readonly Source[],
): OverlaySource {
  if (typeof open !== 'function') throw invalid('open has to be a function that gives the store of a tenant')
  for (const [name, value, most] of [
    ['idleAfter', idleAfter, Infinity],
    ['idlePoll', idlePoll, 2 ** 31 - 1],
  ] as const) {
    if (value === undefined || (typeof value === 'number' && value > 0 && value <= most)) continue
    throw invalid(`${name} has to be milliseconds above 0`)
  }
  const options = { environment: environment ?? environmentOf(undefined, sources), open, idleAfter, idlePoll }
  return homeOverlays(options)
}

/** That of the one source which reads a store, or that store. */
function environmentOf(store: ConfigStore | undefined, sources: readonly Source[]): string {
  const read = sources.filter(isStoreSource).filter((source) => store === undefined || source.store === store)
  const [only] = read
  if (only !== undefined && read.length === 1) return only.environment
  throw invalid(
    `has no \`environment\`, and the sources read ${read.length === 0 ? 'none' : 'several'} of ${store === undefined ? 'a' : 'that'} store: name one`,
  )
}

function invalid(why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option tenants ${why}.`)
}
