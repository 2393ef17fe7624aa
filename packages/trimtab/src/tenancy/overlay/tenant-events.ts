import type { ErrorCode } from '../../errors/error-codes.ts'
import type { Changes } from '../../model/changes.ts'
import type { Problem } from '../../schema/problem.ts'
import type { TenantId } from '../tenant-id.ts'
import type { TenantOutcome } from './tenant-outcome.ts'

/** What is known of a tenant here: `unknown` before it is listed, and after it is gone. */
export type TenantState = 'active' | 'suspended' | 'unknown'

/** What can be asked for a tenant. */
export type TenantStep = 'activate' | 'suspend' | 'remove' | 'rotate'

/** What is told of tenants and their configuration, as plain data, in the order it happened. */
export type TenantEvent =
  | {
      readonly kind: 'state'
      readonly tenant: TenantId
      readonly previous: TenantState
      readonly next: TenantState
    }
  /** A step that was asked for has ended. Not told where there was nothing to do. */
  | {
      readonly kind: 'step'
      readonly tenant: TenantId
      readonly step: TenantStep
      /** Milliseconds since it was asked for, or tried again. */
      readonly duration: number
      /** Undefined where it was done. One that failed is tried again. */
      readonly failure: { readonly code: ErrorCode; readonly message: string } | undefined
      /** Whether the try before it failed with the same code. */
      readonly repeated: boolean
    }
  /** Nothing more is done for tenants. Those that are named had work under way that had not ended. */
  | { readonly kind: 'drained'; readonly unfinished: readonly TenantId[] }
  /** A tenant's own part has changed what it reads. Not told of changes to what all tenants share. */
  | { readonly kind: 'changed'; readonly tenant: TenantId; readonly changes: Changes }
  /** A tenant's reload has ended. `repeated` says that the one before it failed for the very same reasons. */
  | { readonly kind: 'settled'; readonly outcome: TenantOutcome; readonly repeated: boolean }
  /** A tenant goes on with its last good configuration, or with none, because of these problems. */
  | {
      readonly kind: 'held'
      readonly tenant: TenantId
      readonly hasGood: boolean
      readonly problems: readonly Problem[]
    }
  /** What is configured for a tenant is what it reads again. */
  | { readonly kind: 'recovered'; readonly tenant: TenantId }
  /** What is wrong with the list of tenants: it can't be read, or has names that can't be tenants. None: no more. */
  | { readonly kind: 'listing'; readonly problems: readonly Problem[] }
