import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Guard } from 'trimtab'
import type { Cache } from 'trimtab/parts'
import type { StoredResponse } from '../modules/responses.ts'
import type { Route } from '../routing/route-table.ts'
import type { Exchange } from './forward.ts'

/** Answers that are longer are handed on and not kept. */
const longest = 64 * 1_024

/** What was stored for one request: nothing, where that request is none that may be answered from here. */
export interface Shelf {
  readonly found: StoredResponse | undefined
  readonly store: (response: StoredResponse) => void
}

/**
 * Where the answer to a request is kept. Each tenant has its own, and each generation: what was answered under another
 * configuration is no answer any more. Whose it is is asked of the guard all the same, before it is given to anybody.
 */
export function shelfFor(
  cache: Cache<StoredResponse>,
  exchange: Exchange,
  route: Route,
  guard: Guard,
): Shelf | undefined {
  const { request, snapshot, tenant } = exchange
  const { cookie, range, 'cache-control': wish = '' } = request.headers
  if (route.cached !== true || request.method !== 'GET') return undefined
  if (cookie !== undefined || range !== undefined || wish.includes('no-')) return undefined
  const key = `${snapshot.generation} ${tenant} ${request.url}`
  const found = cache.get(key)
  if (found !== undefined) {
    guard.assert({ tenant: found.tenant, resource: `responses/${route.name}`, operation: 'read' })
  }
  return { found, store: (response) => cache.set(key, response) }
}

/** Whether an answer may be kept: it is whole, short, and the same for whoever asks with the same path. */
export function mayStore(status: number, headers: IncomingHttpHeaders): boolean {
  const { 'set-cookie': cookies, vary, 'cache-control': rules = '', 'content-length': length } = headers
  if (status !== 200 || cookies !== undefined || vary !== undefined || /no-store|private/.test(rules)) return false
  return length !== undefined && Number(length) <= longest
}

export function answerStored(response: ServerResponse, { status, headers, body }: StoredResponse): void {
  response.setHeader('x-trimtab-cache', 'hit')
  response.writeHead(status, headers).end(body)
}
