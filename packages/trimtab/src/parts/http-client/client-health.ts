import type { Dispatcher } from 'undici'
import { type CheckRole, type CheckTimings, type Finding, healthy, unhealthy } from '../../health/check.ts'

/** How a client looks at its server. */
export interface HttpClientHealth extends CheckTimings, CheckRole {
  /** What is asked for by GET: `/`. */
  readonly path?: string | undefined
}

/** Sends a request. */
type Ask = (options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>

/** Asks once: a server that answers is sound, unless it says itself that it is not, by 500 or above. */
export async function askServer(ask: Ask, path: string, signal: AbortSignal): Promise<Finding> {
  const { statusCode, body } = await ask({ method: 'GET', path, signal })
  await body.dump()
  return statusCode < 500 ? healthy() : unhealthy(`GET ${path} answered ${statusCode}`, { status: statusCode })
}
