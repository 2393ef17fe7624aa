import { type Plane, tenantMiddleware } from 'trimtab'
import type { HttpHandler, HttpHandlerContext } from 'trimtab/parts'
import { nodeProbes } from 'trimtab/probes'
import type { GatewayConfig } from '../config.ts'
import { createAuthorize, createDirectory, isOperator } from './identity.ts'

/**
 * What every request comes to first: probes are answered before anybody is asked for a tenant; everything else is let in for the
 * tenant it names and carries the token of, and is served inside that tenant from then on.
 */
export function createDoor(plane: Plane<GatewayConfig>, serve: HttpHandler): HttpHandler {
  const answersProbe = nodeProbes(plane.health, { authorize: (request) => isOperator(plane, request) })
  const admit = tenantMiddleware({
    tenants: plane.tenants,
    directory: createDirectory(plane),
    from: { header: 'x-tenant' },
    authorize: createAuthorize(plane),
  })
  return (request, response, context: HttpHandlerContext) => {
    if (answersProbe(request, response)) return undefined
    return new Promise<void>((resolve, reject) => {
      // One that is not let in is answered by the door alone.
      response.once('close', resolve)
      admit(request, response, () => {
        void Promise.resolve(serve(request, response, context)).then(() => resolve(), reject)
      })
    })
  }
}
