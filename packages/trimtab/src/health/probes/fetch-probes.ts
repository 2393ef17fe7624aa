import { systemClock } from '../../primitives/time/clock.ts'
import type { Health } from '../health.ts'
import { isAuthorized } from './authorized.ts'
import type { ProbeOptions } from './node-probes.ts'
import { createProbeAnswers, type ProbeAnswer } from './probe-answer.ts'
import { probesByPath } from './probe-paths.ts'

/** Gives the answer; undefined for a path that is no probe. */
export type FetchProbes = (request: Request) => Promise<Response | undefined>

/**
 * As `nodeProbes`, for servers that take a `Request` and give a `Response`.
 *
 * @example
 * const probes = fetchProbes(plane.health, { authorize: ({ headers }) => headers.get('x-role') === 'operator' })
 * const server = { fetch: async (asked: Request) => (await probes(asked)) ?? new Response('hello') }
 */
export function fetchProbes(health: Pick<Health, 'answer'>, options: ProbeOptions<Request> = {}): FetchProbes {
  const { authorize, clock = systemClock } = options
  const probes = probesByPath(options.paths)
  const answers = createProbeAnswers()
  return async (request) => {
    const probe = probes.get(new URL(request.url).pathname)
    if (probe === undefined) return undefined
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    const isDetailed = probe === 'health' && (await isAuthorized(authorize, request, clock))
    return responseOf(
      isDetailed ? answers.detailed(health.answer) : answers.answer(probe, health.answer),
      request.method,
    )
  }
}

function responseOf({ status, type, body }: ProbeAnswer, method: string): Response {
  const headers = { 'content-type': type, 'cache-control': 'no-store' }
  return new Response(method === 'HEAD' ? null : new Uint8Array(body), { status, headers })
}
