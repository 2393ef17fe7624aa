import { join, relative } from 'node:path'
import {
  argsSource,
  type ConfigOf,
  defineConfig,
  directorySource,
  dynamic,
  envSource,
  fileSource,
  type Snapshot,
  type Source,
  secret,
} from 'trimtab'
import {
  httpClientSchema,
  httpListenerSchema,
  loggerSchema,
  rateLimiterSchema,
  tlsCertificateSchema,
} from 'trimtab/parts'
import { z } from 'zod'

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)

const route = z.object({
  match: z.string().describe('Which paths: /orders, /orders/:id or /orders/*'),
  upstream: z.string().describe('The name of the upstream that answers'),
  order: z.number().int().default(100).describe('Lower ones are asked first, equal ones by name'),
  methods: z
    .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))
    .min(1)
    .optional()
    .describe('Only these methods. Default: all'),
  tenants: z.array(name).min(1).optional().describe('Only these tenants. Default: all'),
  headers: z.record(z.string(), z.string()).default({}).describe('Sent to the upstream with each request'),
})

const upstream = httpClientSchema.extend({
  token: secret(z.string().optional()).describe('Sent to the upstream as a bearer token'),
})

/** Everything that can be configured. What is not dynamic waits for a restart. */
export const config = defineConfig(
  z.object({
    log: loggerSchema,
    http: httpListenerSchema.extend({
      tls: z.boolean().default(false).describe('HTTPS, with the certificate under tls'),
    }),
    tls: tlsCertificateSchema,
    limits: rateLimiterSchema,
    traffic: dynamic(z.object({ upstreams: z.record(name, upstream), routes: z.record(name, route) })),
  }),
)

export type GatewaySnapshot = Snapshot<ConfigOf<typeof config>>

/** Where the values come from, the last wins. */
export function gatewaySources(folder: string): readonly Source[] {
  const place = relative(process.cwd(), folder)
  return [
    fileSource(join(place, 'config.yaml')),
    directorySource(join(place, 'routes.d'), { optional: true }),
    envSource({ prefix: 'GATEWAY_' }),
    argsSource(),
  ]
}
