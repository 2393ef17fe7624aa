import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { EachModule, Module } from 'trimtab'
import type { HttpClient, HttpHandler, LoggerResource, RateLimiter } from 'trimtab/parts'
import type { GatewaySnapshot } from './config.ts'
import type { Route, RouteTable } from './route-table.ts'

export interface ProxyParts {
  /** What is in force; undefined until the boot is done. */
  readonly snapshot: () => GatewaySnapshot | undefined
  readonly logger: Module<LoggerResource>
  readonly limiter: Module<RateLimiter>
  readonly routes: Module<RouteTable>
  readonly upstreams: EachModule<HttpClient>
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly tenant: string
  readonly snapshot: GatewaySnapshot
}

const tenantName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const dotSegment = /(^|\/)(\.|%2e){1,2}(?=\/|\?|$)/i

/**
 * Answers every request from one generation. Snapshot, route, limit and upstream are taken in one synchronous go, between
 * two commits; the leases keep them until the answer is sent, whatever is committed meanwhile.
 */
export function createProxy({ snapshot, logger, limiter, routes, upstreams }: ProxyParts): HttpHandler {
  return async (request, response, { use }) => {
    const current = snapshot()
    if (current === undefined) return answer(response, 503, 'The gateway is starting')
    response.setHeader('x-trimtab-generation', current.generation)
    const tenant = request.headers['x-tenant'] ?? 'anonymous'
    const { method = 'GET', url: path = '/' } = request
    if (typeof tenant !== 'string' || !tenantName.test(tenant)) return answer(response, 400, 'x-tenant is no name')
    if (!path.startsWith('/') || dotSegment.test(path)) return answer(response, 400, 'The path cannot be used')

    const exchange: Exchange = { request, response, tenant, snapshot: current }
    await use(limiter, (limits) => {
      const { allowed, retryAfter } = limits.take(tenant)
      if (!allowed) {
        response.setHeader('retry-after', Math.ceil(retryAfter / 1000))
        return answer(response, 429, `${tenant} has had its share`)
      }
      return use(routes, (table) => {
        const route = table.find({ method, path, tenant })
        if (route === undefined) return answer(response, 404, 'No route')
        return use(upstreams.at(route.upstream), (client) => forward(exchange, route, client))
      })
    })
    await use(logger, ({ pino }) =>
      pino.debug(
        { tenant, status: response.statusCode, generation: current.generation },
        `${method} ${pathOnly(path)}`,
      ),
    )
  }
}

async function forward(exchange: Exchange, route: Route, client: HttpClient): Promise<void> {
  const { request, response } = exchange
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  try {
    const upstream = await client.request({
      // undici knows fewer by name than node passes on, and sends any.
      method: request.method as 'GET',
      path: request.url ?? '/',
      headers: headersFor(exchange, route),
      body: hasBody(request) ? request : null,
      signal: gone.signal,
    })
    response.writeHead(upstream.statusCode, endToEnd(upstream.headers))
    await pipeline(upstream.body, response)
  } catch (error) {
    if (gone.signal.aborted) return
    if (response.headersSent) throw error
    const isSlow = error instanceof Error && error.name === 'HeadersTimeoutError'
    answer(
      response,
      isSlow ? 504 : 502,
      `The upstream ${route.upstream} ${isSlow ? 'took too long' : 'did not answer'}`,
    )
  }
}

function headersFor({ request, tenant, snapshot }: Exchange, route: Route): IncomingHttpHeaders {
  const token = snapshot.config.traffic.upstreams[route.upstream]?.token
  const from = request.socket.remoteAddress ?? ''
  const before = request.headers['x-forwarded-for']
  const headers = endToEnd(request.headers)
  delete headers.host
  // Node has already answered it.
  delete headers.expect
  return {
    ...headers,
    'x-tenant': tenant,
    'x-forwarded-for': before === undefined ? from : `${String(before)}, ${from}`,
    ...route.headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
  }
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The headers that are meant for the other end, and not for this connection. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set(headers.connection?.split(',').map((name) => name.trim().toLowerCase()))
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.has(name)))
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** A query may hold what nobody should read in a log. */
function pathOnly(path: string): string {
  return path.split('?', 1).join('')
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
