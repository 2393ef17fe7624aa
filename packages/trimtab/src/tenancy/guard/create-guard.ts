import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import { createEmitter, type Emitter } from '../../primitives/emitter.ts'
import { typeName } from '../../primitives/json.ts'
import type { OwnedTenantContext } from '../context.ts'
import { isTenantId, type TenantId } from '../tenant-id.ts'
import { type AllowedResources, compileAllowList } from './allowed-resources.ts'
import { type Coalescer, createCoalescer } from './coalescer.ts'
import type { Access, Guard, GuardChange, GuardedWork, GuardEvent, GuardMode, ModeChange, WorkAccess } from './guard.ts'
import {
  checkChange,
  checkGuardOptions,
  checkMode,
  guardDefaults,
  type GuardOptions,
  invalid,
} from './guard-options.ts'
import { createGuardedSql } from './sql/guarded-sql.ts'
import type { GuardedSql, SqlPool } from './sql/sql-pool.ts'
import type { Violation, ViolationKind } from './violation.ts'
import { createViolationCounts, type ViolationCount } from './violation-counts.ts'
import { createViolationRing, type ViolationQuery, type ViolationRing } from './violation-ring.ts'

export interface GuardParts extends GuardOptions {
  readonly context: OwnedTenantContext<unknown>
  readonly clock: Clock
  /** Whether a tenant was one and is none any more. Without it, every tenant that a context can have is taken for one. */
  readonly isRemoved?: ((tenant: TenantId) => boolean) | undefined
  readonly onListenerError?: ((error: unknown) => void) | undefined
  /** Takes known secrets out of what callers name. */
  readonly clean?: ((text: string) => string) | undefined
}

/** The guard as its owner holds it. */
export interface OwnedGuard extends Guard {
  /** Tells what waits to be told, and leaves no timer. It goes on guarding. */
  close(): void
}

/** Throws `option_invalid` for options that can't be. */
export function createGuard(parts: GuardParts): OwnedGuard {
  checkGuardOptions(parts)
  return new LiveGuard(parts)
}

/** Milliseconds between two events of one kind of violation. */
const eventSpacing = 100

/** Characters of a resource and an operation that are kept. */
const longestText = 256

/** Characters of them in which secrets are looked for. */
const searched = 65_536

interface Found {
  readonly kind: ViolationKind
  readonly tenant: TenantId | undefined
  readonly owner: TenantId | undefined
}

class LiveGuard implements OwnedGuard {
  readonly #context: OwnedTenantContext<unknown>
  readonly #isRemoved: (tenant: TenantId) => boolean
  readonly #clock: Clock
  readonly #events
  readonly #ring: ViolationRing
  readonly #counts = createViolationCounts()
  readonly #coalescer: Coalescer
  readonly #refuseMismatch: boolean
  readonly #clean: (text: string) => string
  #mode: GuardMode
  #allow: readonly string[]
  #isAllowed: AllowedResources

  constructor(parts: GuardParts) {
    const { context, clock, isRemoved, onListenerError, refuseMismatch, mode, capacity, allow } = parts
    this.#context = context
    this.#clean = parts.clean ?? ((text) => text)
    this.#isRemoved = isRemoved ?? (() => false)
    this.#clock = clock
    this.#events = createEmitter<GuardEvent>(onListenerError)
    this.#ring = createViolationRing(capacity ?? guardDefaults.capacity)
    this.#refuseMismatch = refuseMismatch ?? guardDefaults.refuseMismatch
    this.#mode = mode ?? guardDefaults.mode
    this.#allow = Object.freeze([...(allow ?? guardDefaults.allow)])
    this.#isAllowed = compileAllowList(this.#allow)
    this.#coalescer = createCoalescer({
      clock,
      spacing: eventSpacing,
      tell: (batch) => this.#events.emit(Object.freeze({ kind: 'violation', ...batch })),
    })
  }

  get mode(): GuardMode {
    return this.#mode
  }

  get events(): Emitter<GuardEvent> {
    return this.#events
  }

  get counts(): readonly ViolationCount[] {
    return this.#counts.list()
  }

  // On the way of every access of the service: nothing is made here, and no time is asked for, where all is well.
  assert(access: Access): void {
    if (this.#mode === 'disabled') return
    const current = this.#context.current()
    if (current !== undefined && current.id === access.tenant && !this.#isRemoved(current.id)) return
    this.#judge(access, current?.id)
  }

  begin(access: WorkAccess): GuardedWork {
    const { tenant: owner, resource, operation } = access
    const tenant = this.#context.current()?.id
    // An owner that is there and undefined, as plain JavaScript may give one, is judged as what can't be a tenant.
    if ('tenant' in access) this.assert({ tenant: owner as string, resource, operation })
    else if (this.#mode !== 'disabled' && (tenant === undefined || this.#isRemoved(tenant)))
      this.#record(
        { kind: tenant === undefined ? 'missing_context' : 'invalid_context', tenant, owner: tenant },
        access,
      )
    return {
      tenant,
      check: () => {
        const now = this.#context.current()?.id
        if (this.#mode === 'disabled') return
        const kind = this.#kindOf(tenant, now)
        if (kind !== undefined) this.#record({ kind, tenant: now, owner: tenant }, { resource, operation })
      },
    }
  }

  work<T>(access: WorkAccess, run: (work: GuardedWork) => T): T {
    const work = this.begin(access)
    const note = () => {
      try {
        work.check()
      } catch {
        // It is recorded, and what the work itself has thrown says more.
      }
    }
    let result: T
    try {
      result = run(work)
    } catch (error) {
      note()
      throw error
    }
    if (!isThenable(result)) {
      work.check()
      return result
    }
    // The callbacks run where the promise is settled: a foreign one may do that in another tenant's context.
    const checked = new Promise<unknown>((resolve, reject) => {
      result.then(
        (value) => {
          try {
            work.check()
            resolve(value)
          } catch (error) {
            reject(error)
          }
        },
        (error: unknown) => {
          note()
          reject(error)
        },
      )
    })
    // A promise of the same value.
    return checked as T
  }

  violations({ tenant, limit }: ViolationQuery = {}): readonly Violation[] {
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
      throw invalid('The option limit of violations() has to be a whole number')
    return this.#ring.list({ tenant, limit })
  }

  setMode(mode: GuardMode, change: ModeChange): void {
    checkMode('The mode of setMode()', mode)
    checkChange('setMode()', change)
    const previous = this.#mode
    if (mode === previous) return
    if (mode === 'disabled' && change.acknowledge !== true)
      throw invalid('setMode() needs `acknowledge: true` for `disabled`: nothing would keep tenants apart any more')
    this.#mode = mode
    this.#audit({ kind: 'mode', previous, next: mode, ...this.#said(change) })
  }

  setAllow(allow: readonly string[], change: GuardChange): void {
    const isAllowed = compileAllowList(allow)
    checkChange('setAllow()', change)
    const previous = this.#allow
    const next = Object.freeze([...allow])
    this.#isAllowed = isAllowed
    this.#allow = next
    this.#audit({ kind: 'allow', previous, next, ...this.#said(change) })
  }

  sql(pool: SqlPool): GuardedSql {
    return createGuardedSql({ pool, begin: () => this.begin({ resource: 'sql', operation: 'transaction' }) })
  }

  close(): void {
    this.#context.outside(() => this.#coalescer.close())
  }

  /** What is wrong with work that was begun for `begun` and goes on for `now`. */
  #kindOf(begun: TenantId | undefined, now: TenantId | undefined): ViolationKind | undefined {
    if (now !== begun) return now === undefined ? 'missing_context' : 'mismatch'
    return now !== undefined && this.#isRemoved(now) ? 'invalid_context' : undefined
  }

  #judge(access: Access, tenant: TenantId | undefined): void {
    const owner = isTenantId(access.tenant) ? access.tenant : undefined
    if (tenant === undefined) this.#record({ kind: 'missing_context', tenant, owner }, access)
    else if (owner === undefined || this.#isRemoved(tenant))
      this.#record({ kind: 'invalid_context', tenant, owner }, access)
    else if (typeof access.resource !== 'string' || !this.#isAllowed(access.resource))
      this.#record({ kind: 'cross_tenant', tenant, owner }, access)
  }

  /** Throws where the mode says so, after everything that is to be known of it is kept. */
  #record({ kind, tenant, owner }: Found, { resource, operation }: Pick<Access, 'resource' | 'operation'>): void {
    const violation: Violation = Object.freeze({
      kind,
      tenant,
      owner,
      resource: this.#shortened(resource),
      operation: this.#shortened(operation),
      refused: this.#mode === 'strict' || (kind === 'mismatch' && this.#refuseMismatch),
      at: this.#clock.now(),
    })
    this.#ring.add(violation)
    this.#counts.add(violation)
    // Whoever hears of it, and the timer, serve all tenants.
    this.#context.outside(() => this.#coalescer.add(violation))
    if (violation.refused) throw refusal(violation)
  }

  /** What plain JavaScript may give in place of a text is no more than its type. */
  #shortened(text: unknown): string {
    if (typeof text !== 'string') return typeName(text)
    // Cut after it is clean, because a part of a secret would not be known for one; and before, because it may be endless.
    return this.#clean(text.slice(0, searched)).slice(0, longestText)
  }

  #said({ actor, reason }: GuardChange): GuardChange & { readonly at: number } {
    return { actor: this.#clean(actor), reason: this.#clean(reason), at: this.#clock.now() }
  }

  #audit(event: GuardEvent): void {
    this.#context.outside(() => this.#events.emit(Object.freeze(event)))
  }
}

/** The message names no tenant but the context's own: it may reach whoever asked. */
function refusal(violation: Violation): TrimtabError {
  const { kind, tenant, resource, operation } = violation
  const what = `The guard refused the ${operation} of ${resource}`
  const details = { violation }
  switch (kind) {
    case 'missing_context':
      return new TrimtabError(
        'tenant_context_missing',
        `${what}: it was asked for outside of any tenant. Run it with tenants.run(), and bind callbacks with tenants.bind().`,
        { details },
      )
    case 'invalid_context':
      return new TrimtabError(
        'tenant_context_invalid',
        `${what} for ${tenant}: the owner can't be a tenant, or the tenant of the context is none any more.`,
        { details },
      )
    case 'cross_tenant':
      return new TrimtabError('tenant_isolation', `${what} for ${tenant}: it belongs to another tenant.`, { details })
    case 'mismatch':
      return new TrimtabError(
        'tenant_mismatch',
        `${what} for ${tenant}: it was begun for another. Bind what is handed over with tenants.bind().`,
        { details },
      )
    default:
      return kind satisfies never
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
