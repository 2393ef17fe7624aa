import type { Changes } from '../../model/changes.ts'
import type { Problem } from '../../schema/problem.ts'
import type { TenantId } from '../tenant-id.ts'

/** What asked for a tenant's reload. `shared`: what all tenants share has changed. */
export type TenantTrigger = 'boot' | 'overlay' | 'shared' | 'reference' | 'manual' | 'retry'

/** What became of one module in a tenant's reload. Durations are in milliseconds. */
export type TenantModuleReport = { readonly module: string; readonly duration: number } & (
  | { readonly status: 'applied' | 'undone' | 'not_reached' }
  | { readonly status: 'failed'; readonly step: 'check' | 'reload' | 'undo'; readonly error: string }
)

/** The module that could not take a tenant's change. */
export interface TenantFailure {
  readonly module: string
  readonly error: string
  /** Whether it was given up at its deadline. */
  readonly timedOut: boolean
}

interface TenantOutcomeBase {
  readonly tenant: TenantId
  readonly triggers: readonly TenantTrigger[]
  /** The modules that were asked, in apply order. */
  readonly modules: readonly TenantModuleReport[]
  /** Errors of a refusal; warnings of anything. */
  readonly problems: readonly Problem[]
  /** Wall time, milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  /** Milliseconds. */
  readonly duration: number
}

/** How the reload of one tenant ended. Only `applied` has changed what it reads. */
export type TenantOutcome = TenantOutcomeBase &
  (
    | { readonly status: 'unchanged' }
    | { readonly status: 'applied'; readonly changes: Changes }
    /** The configuration would be invalid, or a module said no: `problems` say why. */
    | { readonly status: 'refused' }
    | { readonly status: 'unreadable' }
    | { readonly status: 'rolled_back'; readonly cause: TenantFailure }
    /** `stuck` are the modules that could not take the change back. */
    | { readonly status: 'stuck'; readonly cause: TenantFailure; readonly stuck: readonly TenantFailure[] }
  )
