import { type ErrorCode, errorCodes } from '../../errors/error-codes.ts'

/** Why a request is not let in. */
export type RefusalCode = Extract<
  ErrorCode,
  | 'tenant_not_named'
  | 'tenant_context_invalid'
  | 'tenant_forbidden'
  | 'tenant_unknown'
  | 'tenant_suspended'
  | 'step_timed_out'
  | 'internal'
>

/** The answer to a request that is not let in, as RFC 9457 has it. */
export interface TenantProblem {
  readonly status: number
  readonly headers: Readonly<Record<'content-type' | 'cache-control', string>>
  readonly body: string
}

/** It says what the error table says of the code, and nothing of the request or the tenant. */
export function tenantProblem(code: RefusalCode): TenantProblem {
  const { title, status, action } = errorCodes[code]
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify({ type: `urn:trimtab:error:${code}`, title, status, code, detail: action }),
  }
}
