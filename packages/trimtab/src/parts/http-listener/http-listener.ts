import { z } from 'zod'
import { TrimtabError } from '../../errors/trimtab-error.ts'
import { degraded, healthy, unhealthy } from '../../health/check.ts'
import {
  defineModule,
  type HealthContext,
  type HookContext,
  type Module,
  type ModuleTimeouts,
} from '../../modules/define-module.ts'
import { type Clock, systemClock } from '../../primitives/time/clock.ts'
import { dynamic } from '../../schema/marks.ts'
import type { Section } from '../../schema/section.ts'
import { duration } from '../../schema/units.ts'
import { type PartHealth, partHealth } from '../part-health.ts'
import { refusal } from '../refusal.ts'
import type { TlsCertificate } from '../tls-certificate/tls-certificate.ts'
import { describeListenError, probeListen } from './listen.ts'
import { type HttpHandler, type HttpListener, Listener, type ListenerConfig } from './listener.ts'

/**
 * The configuration of an HTTP listener, to be put into a schema of your own. Where it listens needs a restart; the rest
 * changes while the service runs.
 *
 * @example
 * const config = defineConfig(z.object({ http: httpListenerSchema.extend({ port: z.number().int().default(3000) }) }))
 */
export const httpListenerSchema = z.object({
  host: z.string().min(1).default('127.0.0.1').describe('The address to listen on; 0.0.0.0 or :: for all of them'),
  port: z.number().int().min(0).max(65_535).default(8080).describe('The port to listen on; 0 takes a free one'),
  tls: z.boolean().optional().describe('HTTPS or HTTP. Default: HTTPS where the service has a certificate module'),
  keepAliveTimeout: dynamic(duration().default('5s')).describe(
    'How long a connection may wait for its next request; 0 for ever',
  ),
  headersTimeout: dynamic(duration().default('60s')).describe('How long the headers of a request may take; 0 for ever'),
  requestTimeout: dynamic(duration().default('5m')).describe('How long a whole request may take to arrive; 0 for ever'),
  maxConnections: dynamic(z.number().int().min(1).optional()).describe(
    'Connections at most; further ones are refused. Default: no limit',
  ),
  maxRequestsPerConnection: dynamic(z.number().int().min(0).default(0)).describe(
    'Requests after which a connection ends; 0 for no limit',
  ),
  linger: dynamic(duration().default('500ms')).describe(
    'How long an idle connection stays at the stop, in case a request is on its way',
  ),
})

/** Times are milliseconds. */
export interface HttpListenerConfig extends ListenerConfig {
  readonly tls?: boolean | undefined
}

/** What is served, where its configuration stands, and what it is served with. */
export interface HttpListenerOptions extends ModuleTimeouts {
  /** Default: `http`. */
  readonly name?: string | undefined
  readonly config: Section<HttpListenerConfig>
  readonly handler: HttpHandler
  /** The modules that the handler uses. */
  readonly dependsOn?: readonly Module[] | undefined
  /** Serves HTTPS with the pair of this module, the newest one at each handshake. */
  readonly tls?: Module<Pick<TlsCertificate, 'context'>> | undefined
  /** `cascade`: a new port, where the schema lets it change, stops the listener and starts it again, with a gap. */
  readonly replace?: 'cascade' | undefined
  /** How often it is looked at whether it listens and has room for connections. Default: `{ optional: true }`. */
  readonly health?: PartHealth | undefined
  readonly clock?: Clock | undefined
}

/**
 * A port that is listened on. It is opened once and stays open through every reload of the modules its handler uses;
 * timeouts and limits change in place. A port that is taken is refused before anything starts. At the stop it accepts
 * nothing more, finishes what it is answering, and tells clients that keep connections open to come back elsewhere; what
 * is not done at the stop's deadline is cut off.
 *
 * @example
 * const http = httpListenerModule({
 *   config: config.section('http'),
 *   dependsOn: [limiter],
 *   handler: async (request, response, { use }) => {
 *     const { allowed } = await use(limiter, (limits) => limits.take(request.socket.remoteAddress ?? ''))
 *     response.writeHead(allowed ? 200 : 429).end()
 *   },
 * })
 */
export function httpListenerModule(options: HttpListenerOptions): Module<HttpListener> {
  const {
    name = 'http',
    config: section,
    handler,
    dependsOn = [],
    tls,
    replace,
    health,
    clock = systemClock,
    ...timeouts
  } = options

  const expectCertificate = (config: HttpListenerConfig) => {
    if (config.tls !== true || tls !== undefined) return
    throw new TrimtabError(
      'part_not_configured',
      `The module ${name} has no certificate to serve HTTPS with. Give it the option tls.`,
    )
  }
  const certificateFor = (config: HttpListenerConfig, { hold }: HookContext) => {
    expectCertificate(config)
    if (tls === undefined || config.tls === false) return undefined
    try {
      return hold(tls)
    } catch (error) {
      throw refusal(
        { section, field: 'tls' },
        `expected false, as the module ${tls.name} does not run, or a configured certificate`,
        error,
      )
    }
  }

  const module = defineModule({
    ...timeouts,
    name,
    config: section,
    dependsOn: tls === undefined ? dependsOn : [...dependsOn, tls],
    exclusive: true,
    ...(replace === undefined ? {} : { replace }),
    replaceOn: ['host', 'port', 'tls'],
    async start(context) {
      const { config, signal, log, use } = context
      const listener = new Listener({
        config,
        clock,
        log,
        handler,
        context: { use },
        certificate: certificateFor(config, context),
      })
      try {
        await listener.open(signal)
      } catch (error) {
        const { field, why } = describeListenError(error, config)
        throw refusal({ section, field }, why, error)
      }
      return listener
    },
    async check({ next, previous, resource, signal }) {
      expectCertificate(next)
      const { headersTimeout, requestTimeout } = next
      if (requestTimeout > 0 && headersTimeout > requestTimeout) {
        throw refusal({ section, field: 'headersTimeout' }, 'expected no more than requestTimeout, which includes it')
      }
      const isTaken = resource !== undefined && previous?.port === next.port
      if (next.port === 0 || isTaken) return
      const refused = await probeListen(next, signal)
      if (refused !== undefined) throw refusal({ section, field: refused.field }, refused.why)
    },
    reload({ next, previous, resource }) {
      resource.apply(next)
      return () => resource.apply(previous)
    },
    stop: ({ resource, signal }) => resource.close(signal),
    ...partHealth(health, { optional: true }, ({ resource, config }: HealthContext<HttpListenerConfig, Listener>) => {
      const { activeRequests, connections, server } = resource
      const details = { activeRequests, connections }
      if (!server.listening) return unhealthy('it does not listen', details)
      const isFull = connections >= (config.maxConnections ?? Infinity)
      return isFull ? degraded('it has all the connections it may have', details) : healthy(undefined, details)
    }),
  })
  return module
}
