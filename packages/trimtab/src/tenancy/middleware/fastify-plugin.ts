import type { IncomingMessage } from 'node:http'
import type { TenantId } from '../tenant-id.ts'
import { createAdmission, type TenantMiddlewareOptions } from './admission.ts'
import { enterRequest } from './enter-request.ts'
import { nodeView } from './node-view.ts'
import { tenantProblem } from './tenant-problem.ts'

/** A request of fastify 4 or 5, as far as it is needed. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
}

/** A reply of fastify 4 or 5, as far as it is needed. */
export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike
  headers(values: Readonly<Record<string, string>>): FastifyReplyLike
  send(body: string): unknown
}

type Hook<Request> = (request: Request, reply: FastifyReplyLike, done: (error?: Error) => void) => void

/** An instance of fastify 4 or 5, as far as it is needed. */
export interface FastifyLike<Request extends FastifyRequestLike> {
  addHook(name: 'onRequest' | 'preValidation', hook: Hook<Request>): unknown
}

/** What `register` of fastify takes. */
export type FastifyTenantPlugin<Request extends FastifyRequestLike> = (
  instance: FastifyLike<Request>,
  options: unknown,
  done: (error?: Error) => void,
) => void

/**
 * As `tenantMiddleware`, as a plugin of fastify: for all routes of the instance that it is registered on. The handler and
 * every hook from `onRequest` on that is added after it run inside the tenant.
 *
 * @example
 * const sessions = new Map<string, string>()
 * const plugin = tenantPlugin({
 *   tenants: plane.tenants,
 *   from: { host: '*.example.com' },
 *   authorize: (tenant, { raw }) => sessions.get(raw.headers.authorization ?? '') === tenant,
 * })
 * // await app.register(plugin)
 */
export function tenantPlugin<Request extends FastifyRequestLike = FastifyRequestLike>(
  options: TenantMiddlewareOptions<Request>,
): FastifyTenantPlugin<Request> {
  const admit = createAdmission(options)
  const { tenants } = options
  const plugin: FastifyTenantPlugin<Request> = (instance, _, ready) => {
    const admitted = new WeakMap<IncomingMessage, TenantId>()
    instance.addHook('onRequest', (request, reply, done) => {
      void admit(nodeView(request.raw), request).then((admission) => {
        if (admission.kind === 'refused') {
          const { status, headers, body } = tenantProblem(admission.code)
          reply.code(status).headers(headers).send(body)
          return
        }
        admitted.set(request.raw, admission.tenant)
        tenants.run(admission.tenant, () => enterRequest(request.raw, tenants, done))
      })
    })
    // The body is read between the two hooks, and told by the socket, whose context is nobody's.
    instance.addHook('preValidation', (request, _reply, done) => {
      const tenant = admitted.get(request.raw)
      if (tenant === undefined) done()
      else tenants.run(tenant, done)
    })
    ready()
  }
  // What fastify-plugin sets: the hooks are for the instance itself, and not for a child of its own.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}
