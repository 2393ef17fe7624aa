import { TrimtabError } from '../../errors/trimtab-error.ts'
import { overlayFolder } from '../../sources/overlays/overlay-folder.ts'
import type { OverlaySource } from '../../sources/overlays/overlay-source.ts'

/** Where tenants' overlays come from: one of the two. */
export type TenantOptions =
  /** A folder with a file for each tenant: `tenants/acme.yaml`. */
  | { readonly folder: string; readonly overlays?: undefined }
  /** Any other place, or a folder with other timings: `overlayFolder('tenants', { settle: 500 })`. */
  | { readonly overlays: OverlaySource; readonly folder?: undefined }

/** Throws `option_invalid` for what cannot be what was meant. */
export function checkTenantOptions(options: TenantOptions): void {
  const { folder, overlays } = options
  if ((folder === undefined) === (overlays === undefined)) throw invalid('has to have either `folder` or `overlays`')
  if (overlays !== undefined && typeof overlays.open !== 'function')
    throw invalid("overlays has to be a source of overlays, as overlayFolder('tenants') gives one")
  if (folder !== undefined) overlayFolder(folder)
}

export function overlaysOf(options: TenantOptions): OverlaySource {
  return options.overlays ?? overlayFolder(options.folder)
}

function invalid(why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option tenants ${why}.`)
}
