import { TrimtabError } from '../../errors/trimtab-error.ts'
import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import { runStep } from '../../primitives/time/deadline.ts'
import { typeName } from '../../primitives/json.ts'
import type { TenantDirectory } from '../directory.ts'
import { isTenantId, type TenantId } from '../tenant-id.ts'
import type { TenantContext } from '../tenants.ts'
import type { RefusalCode } from './tenant-problem.ts'
import { compilePlace, type RequestView, type TenantPlace } from './tenant-place.ts'

/** What middleware of every shape needs. */
export interface TenantMiddlewareOptions<Request> {
  /** Whose tenants they are: `plane.tenants`. */
  readonly tenants: Pick<TenantContext, 'run' | 'bind'> & TenantDirectory
  /** Who knows which tenants there are, where it is not `tenants`: not every tenant has values of its own. */
  readonly directory?: TenantDirectory | undefined
  readonly from: TenantPlace<Request>
  /**
   * Whether this request may be made for this tenant. Only `true` lets it in: what it throws is a refusal. It is asked
   * before anybody looks whether there is such a tenant, so that nobody learns that who may not. Its signal aborts at the
   * deadline.
   */
  readonly authorize: (tenant: TenantId, request: Request, signal: AbortSignal) => boolean | PromiseLike<boolean>
  /** Milliseconds that finding and authorising may take together: 5 s. Then the request is refused. */
  readonly timeout?: number | undefined
  /** What becomes of requests for suspended tenants: `refuse` (default) answers 403. */
  readonly suspended?: 'refuse' | 'serve' | undefined
  /** Told of what `authorize`, a claim or the directory of tenants has thrown. */
  readonly onError?: ((error: unknown) => void) | undefined
  readonly clock?: Clock | undefined
}

type Admission =
  | { readonly kind: 'admitted'; readonly tenant: TenantId }
  | { readonly kind: 'refused'; readonly code: RefusalCode }

/** Decides over one request; never rejects. */
export type Admit<Request> = (view: RequestView, request: Request) => Promise<Admission>

const middlewareDefaults = { timeout: 5_000, suspended: 'refuse' } as const

/** Throws `option_invalid` for options that can't be, and where nobody authorises. */
export function createAdmission<Request>(options: TenantMiddlewareOptions<Request>): Admit<Request> {
  check(options)
  const { from, authorize, onError, clock = systemClock, directory = options.tenants } = options
  const { timeout = middlewareDefaults.timeout, suspended = middlewareDefaults.suspended } = options
  const find = compilePlace(from)

  const decide = async (view: RequestView, request: Request, signal: AbortSignal): Promise<Admission> => {
    const named = await find(view, request)
    if (named === undefined || named === null || named === '') return refused('tenant_not_named')
    if (!isTenantId(named)) return refused('tenant_context_invalid')
    // Something else that is taken for true in an `if` is a mistake, and lets nobody in.
    const answer: unknown = await authorize(named, request, signal)
    if (answer !== true) return refused('tenant_forbidden')
    return { kind: 'admitted', tenant: named }
  }
  const stateAllows = (tenant: TenantId): Admission => {
    const state = directory.stateOf(tenant)
    switch (state) {
      case 'unknown':
        return refused('tenant_unknown')
      case 'suspended':
        return suspended === 'serve' ? { kind: 'admitted', tenant } : refused('tenant_suspended')
      case 'active':
        return { kind: 'admitted', tenant }
      default:
        return state satisfies never
    }
  }
  return async (view, request) => {
    const end = await runStep({ clock, timeout, run: (signal) => decide(view, request, signal) })
    switch (end.kind) {
      case 'done':
        try {
          return end.value.kind === 'admitted' ? stateAllows(end.value.tenant) : end.value
        } catch (error) {
          tell(onError, error)
          return refused('internal')
        }
      case 'failed':
        tell(onError, end.error)
        return refused('tenant_forbidden')
      case 'timed_out':
      case 'aborted':
        return refused('step_timed_out')
      default:
        return end satisfies never
    }
  }
}

const refused = (code: RefusalCode): Admission => ({ kind: 'refused', code })

function tell(onError: ((error: unknown) => void) | undefined, error: unknown): void {
  try {
    onError?.(error)
  } catch {
    // The request is refused all the same.
  }
}

function check<Request>(options: TenantMiddlewareOptions<Request>): void {
  const { tenants, directory = tenants, authorize, timeout, suspended } = options ?? {}
  if (typeof tenants?.run !== 'function' || typeof tenants.bind !== 'function')
    throw invalid('tenants', 'has to be the tenants of a plane: plane.tenants')
  if (typeof directory?.stateOf !== 'function') throw invalid('directory', 'has to have a function `stateOf`')
  if (typeof authorize !== 'function')
    throw invalid(
      'authorize',
      `is required: a function (tenant, request) that says whether this caller may act for it. Found ${typeName(authorize)}`,
    )
  if (timeout !== undefined && !(timeout > 0 && timeout < 2 ** 31))
    throw invalid('timeout', `has to be 1 to ${2 ** 31 - 1} milliseconds`)
  if (suspended !== undefined && suspended !== 'refuse' && suspended !== 'serve')
    throw invalid('suspended', 'has to be `refuse` or `serve`')
}

function invalid(name: string, why: string): TrimtabError {
  return new TrimtabError('option_invalid', `The option ${name} of the tenant middleware ${why}.`)
}
