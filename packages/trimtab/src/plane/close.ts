import { TrimtabError } from '../errors/trimtab-error.ts'
import type { UnitId } from '../modules/instance.ts'

/** How `plane.close()` ends things. */
export interface CloseOptions {
  /** Milliseconds for everything. Default: as long as the modules' own stop timeouts allow. */
  readonly budget?: number | undefined
}

/** What did not end when the plane was closed. */
export interface CloseReport {
  readonly unfinished: readonly { readonly module: UnitId; readonly error: string }[]
}

/** Throws `option_invalid` for what is no span of time. */
export function checkSpan(name: string, milliseconds: number | undefined): void {
  if (milliseconds === undefined || milliseconds >= 0) return
  throw new TrimtabError('option_invalid', `The option ${name} has to be milliseconds, 0 or more.`)
}
