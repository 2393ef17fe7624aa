import type { Emitter } from '../../primitives/emitter.ts'
import type { TenantId } from '../tenant-id.ts'
import type { GuardedSql, SqlPool } from './sql/sql-pool.ts'
import type { Violation } from './violation.ts'
import type { ViolationCount } from './violation-counts.ts'
import type { ViolationQuery } from './violation-ring.ts'

export const guardModes = ['strict', 'lenient', 'disabled'] as const

/** `strict`: a violation is refused. `lenient`: it is recorded and allowed. `disabled`: nobody looks. */
export type GuardMode = (typeof guardModes)[number]

/** What is about to be touched. The texts are kept with a violation, up to 256 characters of each. */
export interface Access {
  /** Who owns it. */
  readonly tenant: string
  /** What it is, as the allow-list knows it: `orders/17`. */
  readonly resource: string
  /** What is done with it: `read`. */
  readonly operation: string
}

/** The same for work that takes a while; without an owner it is for whatever tenant it is begun by. */
export interface WorkAccess {
  readonly tenant?: string
  readonly resource: string
  readonly operation: string
}

/** Work that is under way for the tenant it was begun by. */
export interface GuardedWork {
  /** Undefined where it was begun outside of any, which strict mode does not allow. */
  readonly tenant: TenantId | undefined
  /**
   * Says that the work goes on here, in the context of this call. A violation where that is another tenant's (`mismatch`,
   * error `tenant_mismatch`) or nobody's (`missing_context`), or its tenant has been removed (`invalid_context`).
   */
  check(): void
}

/** Who changes what the guard does, and why. Both are in the event of the change. */
export interface GuardChange {
  /** Up to 256 characters. */
  readonly actor: string
  /** Up to 4,000 characters. */
  readonly reason: string
}

/** Who changes the mode of the guard, and why. */
export interface ModeChange extends GuardChange {
  /** Has to be true for a change to `disabled`: from then on nothing keeps tenants apart. */
  readonly acknowledge?: boolean | undefined
}

/** What the guard tells. */
export type GuardEvent =
  /** At most ten a second of each kind of violation: `count` says for how many since the last one it stands. */
  | { readonly kind: 'violation'; readonly violation: Violation; readonly count: number }
  | ({
      readonly kind: 'mode'
      readonly previous: GuardMode
      readonly next: GuardMode
      readonly at: number
    } & GuardChange)
  | ({
      readonly kind: 'allow'
      readonly previous: readonly string[]
      readonly next: readonly string[]
      readonly at: number
    } & GuardChange)

/**
 * Decides whether work for one tenant may touch what belongs to another. What it refuses throws `tenant_context_missing`,
 * `tenant_context_invalid`, `tenant_isolation` or `tenant_mismatch`, with the violation in `details`.
 */
export interface Guard {
  readonly mode: GuardMode
  /**
   * Compares the owner of something with the tenant of the current context.
   *
   * @example
   * const order = await orders.find(id)
   * plane.guard.assert({ tenant: order.tenant, resource: `orders/${id}`, operation: 'read' })
   */
  assert(access: Access): void
  /** The same for work that is handed over: to a pool, an emitter, a queue. Its `check` is called where it goes on. */
  begin(access: WorkAccess): GuardedWork
  /**
   * Begins work, runs it, and checks at its end that the tenant is the same: where a promise is settled. What the work
   * throws is thrown, also where the check would have refused it. For a promise of another kind it gives one of Node's.
   */
  work<T>(access: WorkAccess, run: (work: GuardedWork) => T): T
  /** The newest violations, the newest first, frozen: at most as many as `guard.capacity` says. */
  violations(query?: ViolationQuery): readonly Violation[]
  /** Of all violations since the start; the first 1,000 tenants by themselves, the others as `_other`. */
  readonly counts: readonly ViolationCount[]
  readonly events: Emitter<GuardEvent>
  /** Throws `option_invalid` without an actor and a reason, and for `disabled` without `acknowledge`. */
  setMode(mode: GuardMode, change: ModeChange): void
  /** Replaces the allow-list. Throws `option_invalid` for one that can't be. */
  setAllow(allow: readonly string[], change: GuardChange): void
  /**
   * A pool whose every statement runs in a transaction with the current tenant in the setting `trimtab.tenant`, for
   * policies of row-level security to compare with: `using (tenant_id = current_setting('trimtab.tenant', true))`.
   */
  sql(pool: SqlPool): GuardedSql
}
