import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createPlane, type Plane, type Source } from 'trimtab'
import type { HttpHandler } from 'trimtab/parts'
import { jsonLinesSink } from 'trimtab/sinks'
import { config, type GatewayConfig, gatewayReferences, gatewayTenants } from './config.ts'
import { tls } from './modules/certificate.ts'
import { jobs } from './modules/jobs.ts'
import { limiter } from './modules/limiter.ts'
import { listener } from './modules/listener.ts'
import { logger } from './modules/logger.ts'
import { responses } from './modules/responses.ts'
import { routes } from './modules/routes.ts'
import { upstreams } from './modules/upstreams.ts'
import { usage } from './modules/usage.ts'
import { answer } from './serving/answer.ts'
import { createDoor } from './serving/door.ts'
import { createProxy } from './serving/proxy.ts'
import { createNotes } from './terminal/notes.ts'
import { createReport } from './terminal/report.ts'

export interface GatewayOptions {
  /** Where `tenants`, `secrets` and `events` are. */
  readonly folder: string
  readonly sources: readonly Source[]
  /** Writes a line for people. */
  readonly print: (line: string) => void
}

export interface Gateway {
  readonly plane: Plane<GatewayConfig>
  /** `http://127.0.0.1:8080` */
  readonly url: string
}

/**
 * How long a change has to prove itself, in milliseconds: short, so that a person at a terminal sees the end of it. A service
 * gives its checks longer.
 */
const bake = { min: 1_000, max: 5_000, interval: 200 }

/** Puts the gateway together and starts it. Throws, with everything closed again, where its configuration is refused. */
export async function startGateway({ folder, sources, print }: GatewayOptions): Promise<Gateway> {
  let serve: HttpHandler | undefined
  const http = listener((request, response, context) => {
    return serve === undefined ? answer(response, 503, 'The gateway is starting') : serve(request, response, context)
  })
  const events = join(folder, 'events')
  mkdirSync(events, { recursive: true })

  const plane = await createPlane({
    config,
    sources,
    references: gatewayReferences(folder),
    modules: [logger, limiter, upstreams, routes, responses, usage, jobs(print), tls, http],
    tenants: gatewayTenants(folder),
    guard: { mode: 'strict' },
    bake,
    events: { sinks: [jsonLinesSink({ path: join(events, 'events.jsonl'), maxBytes: 1024 * 1024, keep: 3 })] },
    logger: createNotes(print),
  })
  plane.events.on(createReport(print))
  const { tenants, guard } = plane
  serve = createDoor(plane, createProxy({ snapshot: () => plane.snapshot, tenants, guard }))
  return { plane, url: await plane.use(http, ({ url }) => url) }
}
