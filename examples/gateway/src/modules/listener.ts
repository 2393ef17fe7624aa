import type { Module } from 'trimtab'
import { type HttpHandler, type HttpListener, httpListenerModule } from 'trimtab/parts'
import { config } from '../config.ts'
import { tls } from './certificate.ts'
import { limiter } from './limiter.ts'
import { logger } from './logger.ts'
import { responses } from './responses.ts'
import { routes } from './routes.ts'
import { upstreams } from './upstreams.ts'
import { usage } from './usage.ts'

/** The port. What answers there uses the other modules, each as it is at the moment of the request. */
export function listener(handler: HttpHandler): Module<HttpListener> {
  return httpListenerModule({
    config: config.section('http'),
    dependsOn: [logger, limiter, routes, responses, upstreams, usage],
    tls,
    handler,
  })
}
