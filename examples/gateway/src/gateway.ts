import { createPlane, type Logger, type Plane, type Source } from 'trimtab'
import {
  httpClientsModule,
  type HttpListener,
  httpListenerModule,
  loggerModule,
  rateLimiterModule,
  tlsCertificateModule,
} from 'trimtab/parts'
import type { z } from 'zod'
import { config } from './config.ts'
import { createProxy } from './proxy.ts'
import { createReport, isReported } from './report.ts'
import { routes } from './routes.ts'

export interface GatewayOptions {
  readonly sources: readonly Source[]
  /** Writes a line for people. */
  readonly print: (line: string) => void
}

export interface Gateway {
  readonly plane: Plane<z.output<typeof config.schema>>
  /** `http://127.0.0.1:8080` */
  readonly url: string
}

/** Puts the gateway together and starts it. Throws, with everything closed again, where its configuration is refused. */
export async function startGateway({ sources, print }: GatewayOptions): Promise<Gateway> {
  let plane: Gateway['plane'] | undefined
  const logger = loggerModule({ config: config.section('log') })
  const limiter = rateLimiterModule({ config: config.section('limits') })
  const upstreams = httpClientsModule({ name: 'upstreams', config: config.section('traffic.upstreams') })
  const tls = tlsCertificateModule({ config: config.section('tls') })
  const http = httpListenerModule({
    config: config.section('http'),
    dependsOn: [logger, limiter, routes, upstreams],
    tls,
    handler: createProxy({ snapshot: () => plane?.snapshot, logger, limiter, routes, upstreams }),
  })

  const modules = [logger, limiter, upstreams, routes, tls, http]
  plane = await createPlane({ config, sources, modules, logger: beside(print) })
  plane.events.on(createReport(print))
  return { plane, url: await plane.use(http, (listener: HttpListener) => listener.url) }
}

/** What the plane logs and the report does not say already. */
function beside(print: (line: string) => void): Logger {
  const tell = (line: string) => {
    if (!isReported(line)) print(`  note      ${line}`)
  }
  return { debug() {}, info: tell, warn: tell, error: tell }
}
