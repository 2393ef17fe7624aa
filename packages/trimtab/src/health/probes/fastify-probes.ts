import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Health } from '../health.ts'
import { type ProbeOptions, rawProbes } from './node-probes.ts'
import { probesByPath } from './probe-paths.ts'

/** An instance of fastify 4 or 5, as far as it is needed. */
export interface FastifyRouter<Request> {
  route(route: {
    readonly method: 'GET'[]
    readonly url: string
    readonly logLevel: 'silent'
    readonly handler: (request: Request, reply: FastifyProbeReply) => void
  }): unknown
}

/** A request of fastify, as far as it is needed. */
export interface FastifyProbeRequest {
  readonly raw: IncomingMessage
}

/** A reply of fastify, as far as it is needed. */
export interface FastifyProbeReply {
  readonly raw: ServerResponse
  hijack(): unknown
}

/** What `register` of fastify takes. */
export type FastifyProbesPlugin<Request> = (
  instance: FastifyRouter<Request>,
  options: unknown,
  done: (error?: Error) => void,
) => void

/**
 * As `nodeProbes`, as a plugin of fastify. The routes are not logged: somebody asks every few seconds for ever.
 *
 * @example
 * const probes = probesPlugin(plane.health)
 * // app.register(probes)
 */
export function probesPlugin<Request extends FastifyProbeRequest = FastifyProbeRequest>(
  health: Pick<Health, 'answer'>,
  options: ProbeOptions<Request> = {},
): FastifyProbesPlugin<Request> {
  const respond = rawProbes(health, options)
  const urls = [...probesByPath(options.paths).keys()]
  return (instance, _, done) => {
    for (const url of urls) {
      const handler = (request: Request, reply: FastifyProbeReply) => {
        // The answer is bytes that are made already: there is nothing for fastify to serialise.
        reply.hijack()
        respond(request.raw, reply.raw, request)
      }
      instance.route({ method: ['GET'], url, logLevel: 'silent', handler })
    }
    done()
  }
}
