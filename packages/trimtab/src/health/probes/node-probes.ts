import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import type { Health } from '../health.ts'
import { isAuthorized } from './authorized.ts'
import { createProbeAnswers, type ProbeAnswer } from './probe-answer.ts'
import { pathOf, type ProbePaths, probesByPath } from './probe-paths.ts'

/** What the probes of all shapes take. */
export interface ProbeOptions<Request> {
  /** Default: `/livez`, `/readyz`, `/startupz` and `/health`. */
  readonly paths?: ProbePaths | undefined
  /** Who may see the reports at `/health`. Without it nobody; it has a second to say `true`. */
  readonly authorize?: ((request: Request) => boolean | PromiseLike<boolean>) | undefined
  readonly clock?: Clock | undefined
}

/** Answers a request and gives true; gives false for a path that is no probe, and leaves it alone. */
export type NodeProbes = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * The probes as a handler of node's own servers: 200 for healthy and degraded, 503 for unhealthy. A probe gives what is
 * known and starts no check. Throws `option_invalid` for paths that can't be.
 *
 * @example
 * const probes = nodeProbes(plane.health)
 * if (!probes(request, response)) response.end('hello')
 */
export function nodeProbes(health: Pick<Health, 'answer'>, options: ProbeOptions<IncomingMessage> = {}): NodeProbes {
  const respond = rawProbes(health, options)
  return (request, response) => respond(request, response, request)
}

/** As `nodeProbes`, for frameworks that wrap node's request: `subject` is what `authorize` is given. */
export function rawProbes<Subject>(
  health: Pick<Health, 'answer'>,
  { authorize, clock = systemClock, paths }: ProbeOptions<Subject>,
): (request: IncomingMessage, response: ServerResponse, subject: Subject) => boolean {
  const probes = probesByPath(paths)
  const answers = createProbeAnswers()
  return (request, response, subject) => {
    const probe = probes.get(request.url ?? '') ?? probes.get(pathOf(request.url ?? ''))
    if (probe === undefined) return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return true
    }
    if (probe !== 'health' || authorize === undefined) {
      send(request, response, answers.answer(probe, health.answer))
      return true
    }
    void isAuthorized(authorize, subject, clock).then((authorized) => {
      const { answer } = health
      send(request, response, authorized ? answers.detailed(answer) : answers.answer(probe, answer))
    })
    return true
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: ProbeAnswer): void {
  // While somebody was asked for authorization another may have answered, or the caller may have gone.
  if (response.headersSent || response.destroyed) return
  // node takes a flat list of names and values, and does not change it.
  response.writeHead(status, headers as string[])
  response.end(request.method === 'HEAD' ? undefined : body)
}
