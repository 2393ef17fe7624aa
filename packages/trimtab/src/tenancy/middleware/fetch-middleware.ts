import { createAdmission, type TenantMiddlewareOptions } from './admission.ts'
import type { RequestView } from './tenant-place.ts'
import { tenantProblem } from './tenant-problem.ts'

/** What servers of the fetch kind call for each request; `next` makes the answer. */
export type FetchMiddleware = (
  request: Request,
  next: (request: Request) => Response | PromiseLike<Response>,
) => Promise<Response>

/**
 * As `tenantMiddleware`, for handlers that take a `Request` and give a `Response`. `next` runs inside the tenant; a body
 * that is made only while it is sent is asked for by the server: bind what it is made by.
 *
 * @example
 * const sessions = new Map<string, string>()
 * const middleware = tenantFetch({
 *   tenants: plane.tenants,
 *   from: { path: '/t/:tenant' },
 *   authorize: (tenant, { headers }) => sessions.get(headers.get('authorization') ?? '') === tenant,
 * })
 * await middleware(new Request('http://localhost/t/acme'), () => new Response(plane.tenants.current()?.id))
 */
export function tenantFetch(options: TenantMiddlewareOptions<Request>): FetchMiddleware {
  const admit = createAdmission(options)
  const { tenants } = options
  return async (request, next) => {
    const admission = await admit(viewOf(request), request)
    if (admission.kind === 'admitted') return tenants.run(admission.tenant, () => next(request))
    const { status, headers, body } = tenantProblem(admission.code)
    return new Response(request.method === 'HEAD' ? null : body, { status, headers })
  }
}

function viewOf(request: Request): RequestView {
  return {
    header: (name) => request.headers.get(name) ?? undefined,
    get host() {
      return request.headers.get('host') ?? new URL(request.url).host
    },
    get target() {
      const { pathname, search } = new URL(request.url)
      return pathname + search
    },
  }
}
