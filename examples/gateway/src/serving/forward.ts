import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { HttpClient } from 'trimtab/parts'
import type { GatewaySnapshot } from '../config.ts'
import type { Route } from '../routing/route-table.ts'
import { answer } from './answer.ts'
import { endToEnd, hasBody } from './headers.ts'
import { mayStore, type Shelf } from './stored.ts'

/** A request that is being answered, and what it is answered from. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly tenant: string
  readonly snapshot: GatewaySnapshot
}

/** Hands a request on to an upstream, and its answer back; and keeps it, where there is a place for it. */
export async function forward(exchange: Exchange, route: Route, client: HttpClient, shelf?: Shelf): Promise<void> {
  const { request, response, tenant } = exchange
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
      body: hasBody(request.headers) ? request : null,
      signal: gone.signal,
    })
    const { statusCode: status } = upstream
    const headers = endToEnd(upstream.headers)
    if (shelf === undefined || !mayStore(status, upstream.headers)) {
      response.writeHead(status, headers)
      await pipeline(upstream.body, response)
      return
    }
    const body = Buffer.from(await upstream.body.arrayBuffer())
    shelf.store({ tenant, status, headers, body })
    response.setHeader('x-trimtab-cache', 'miss')
    response.writeHead(status, headers).end(body)
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
  // It is for this gateway, and nobody behind it is to learn it.
  delete headers.authorization
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
