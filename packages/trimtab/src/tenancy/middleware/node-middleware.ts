import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAdmission, type TenantMiddlewareOptions } from './admission.ts'
import { enterRequest } from './enter-request.ts'
import { nodeView } from './node-view.ts'
import { tenantProblem } from './tenant-problem.ts'

/** What `node:http`, connect and express call for each request. */
export type NodeMiddleware<Request extends IncomingMessage = IncomingMessage> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Lets requests in for the tenant they name, and answers the others itself with a problem document: 400 where none is
 * named, 403 where `authorize` says so, 404 for one that is unknown, 403 for one that is suspended. `next`, and what the
 * request itself tells from then on, run inside that tenant. Listeners on the response and the socket don't: bind them.
 *
 * @example
 * const sessions = new Map<string, string>()
 * const middleware = tenantMiddleware({
 *   tenants: plane.tenants,
 *   from: { header: 'x-tenant' },
 *   authorize: (tenant, { headers }) => sessions.get(headers.authorization ?? '') === tenant,
 * })
 * middleware(request, response, () => response.end(plane.tenants.current()?.id))
 */
export function tenantMiddleware<Request extends IncomingMessage = IncomingMessage>(
  options: TenantMiddlewareOptions<Request>,
): NodeMiddleware<Request> {
  const admit = createAdmission(options)
  const { tenants } = options
  return (request, response, next) => {
    // What `next` throws is nobody's to catch here, as it would be without a promise between.
    void admit(nodeView(request), request).then((admission) => {
      if (admission.kind === 'refused') refuse(response, admission.code)
      // Nobody waits for the answer of a connection that was cut meanwhile.
      else if (!response.destroyed) tenants.run(admission.tenant, () => enterRequest(request, tenants, next))
    })
  }
}

function refuse(response: ServerResponse, code: Parameters<typeof tenantProblem>[0]): void {
  if (response.headersSent || response.destroyed) return
  const { status, headers, body } = tenantProblem(code)
  response.writeHead(status, headers)
  response.end(body)
}
