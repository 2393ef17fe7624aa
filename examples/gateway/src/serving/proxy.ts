import { isTrimtabError, type Plane } from 'trimtab'
import type { HttpHandler } from 'trimtab/parts'
import type { GatewayConfig } from '../config.ts'
import { limiter } from '../modules/limiter.ts'
import { logger } from '../modules/logger.ts'
import { responses } from '../modules/responses.ts'
import { routes } from '../modules/routes.ts'
import { upstreams } from '../modules/upstreams.ts'
import { usage } from '../modules/usage.ts'
import type { Route } from '../routing/route-table.ts'
import { answer } from './answer.ts'
import { type Exchange, forward } from './forward.ts'
import { answerStored, shelfFor } from './stored.ts'

const dotSegment = /(^|\/)(\.|%2e){1,2}(?=\/|\?|$)/i

/**
 * Answers every request from one generation, inside its tenant. Snapshot, route, limit and upstream are taken in one
 * synchronous go, between two commits; the leases keep them until the answer is sent, whatever is committed meanwhile.
 */
export function createProxy({ snapshot, tenants, guard }: LivePlane): HttpHandler {
  return async (request, response, { use }) => {
    const current = snapshot()
    const tenant = tenants.current()?.id
    if (tenant === undefined) return answer(response, 500, 'A request without a tenant was let in')
    response.setHeader('x-trimtab-generation', current.generation)
    const { method = 'GET', url: path = '/' } = request
    if (!path.startsWith('/') || dotSegment.test(path)) return answer(response, 400, 'The path cannot be used')

    const exchange: Exchange = { request, response, tenant, snapshot: current }
    const serve = () =>
      use(limiter, (limits) => {
        const { allowed, retryAfter } = limits.take(tenant)
        if (!allowed) {
          response.setHeader('retry-after', Math.ceil(retryAfter / 1000))
          return answer(response, 429, `${tenant} has had its share`)
        }
        return use(routes, (table) => {
          const route = table.find({ method, path, tenant })
          if (route === undefined) return answer(response, 404, 'No route')
          assertUpstream(guard, exchange, route)
          return use(responses, (cache) => {
            const shelf = shelfFor(cache, exchange, route, guard)
            if (shelf?.found !== undefined) return answerStored(response, shelf.found)
            return use(upstreams.at(route.upstream), (client) => forward(exchange, route, client, shelf))
          })
        })
      })
    try {
      await serve()
    } catch (error) {
      // What the guard refuses, for instance. Its title holds nothing of what it was about.
      if (!isTrimtabError(error) || response.headersSent) throw error
      answer(response, error.kind.status, error.kind.title)
    }
    await use(usage, (counted) => counted.count(tenant, response.statusCode))
    await use(logger, ({ pino }) =>
      pino.debug(
        { tenant, status: response.statusCode, generation: current.generation },
        `${method} ${pathOnly(path)}`,
      ),
    )
  }
}

/** What the proxy needs of a plane. */
interface LivePlane extends Pick<Plane<GatewayConfig>, 'tenants' | 'guard'> {
  readonly snapshot: () => Plane<GatewayConfig>['snapshot']
}

/** A route may lead to an upstream that is somebody else's: whatever is configured, the guard lets nobody else through. */
function assertUpstream(guard: LivePlane['guard'], { snapshot }: Exchange, { upstream }: Route): void {
  const tenant = snapshot.config.traffic.upstreams[upstream]?.tenant
  if (tenant !== undefined) guard.assert({ tenant, resource: `upstreams/${upstream}`, operation: 'request' })
}

/** A query may hold what nobody should read in a log. */
function pathOnly(path: string): string {
  return path.split('?', 1).join('')
}
