import type { Origin } from '../../model/origin.ts'
import type { Segments } from '../../model/path.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Problem } from '../../schema/problem.ts'
import type { TenantId } from '../tenant-id.ts'
import type { TenantFailure, TenantModuleReport } from './tenant-outcome.ts'

/** A tenant's configuration on one side of its change. */
export interface TenantSide {
  readonly config: object
  /** What was written, references as they stand. */
  readonly written: JsonObject
}

/** A tenant's change, as those who carry it out need it. */
export interface TenantChange {
  readonly tenant: TenantId
  readonly previous: TenantSide
  readonly next: TenantSide
  readonly origin: (path: Segments) => Origin | undefined
  /** What references gave, to be kept out of every text. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal
}

export type TenantApplied =
  /** Nobody runs on anything that has changed. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'applied'; readonly modules: readonly TenantModuleReport[] }
  | {
      readonly kind: 'refused'
      readonly problems: readonly Problem[]
      readonly modules: readonly TenantModuleReport[]
    }
  | {
      readonly kind: 'undone'
      readonly cause: TenantFailure
      readonly stuck: readonly TenantFailure[]
      readonly modules: readonly TenantModuleReport[]
    }

/** Whoever runs on tenants' configurations and may refuse a change, or fail at it. */
export interface TenantApplier {
  /** Whether there is anybody to ask. */
  readonly isNeeded: boolean
  /** Never rejects. */
  apply(change: TenantChange): Promise<TenantApplied>
}
