import type { UnitId } from '../modules/instance.ts'

export interface CloseOptions {
  /** Milliseconds for everything. Default: as long as the modules' own stop timeouts allow. */
  readonly budget?: number | undefined
}

/** What did not end when the plane was closed. */
export interface CloseReport {
  readonly unfinished: readonly { readonly module: UnitId; readonly error: string }[]
}
