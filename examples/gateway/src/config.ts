import { join, relative, resolve } from 'node:path'
import {
  argsSource,
  type ConfigOf,
  defineConfig,
  directorySource,
  dynamic,
  envSource,
  fileSource,
  perTenant,
  type ReferenceOptions,
  type Snapshot,
  type Source,
  secret,
  type TenantOptions,
} from 'trimtab'
import {
  cacheSchema,
  httpClientSchema,
  httpListenerSchema,
  loggerSchema,
  rateLimiterSchema,
  scheduledJobSchema,
  tlsCertificateSchema,
} from 'trimtab/parts'
import { z } from 'zod'

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
const token = z.string().min(16)

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
  cached: z.boolean().default(false).describe('Whether answers are kept for a while, for each tenant its own'),
})

const upstream = httpClientSchema.extend({
  token: secret(z.string().optional()).describe('Sent to the upstream as a bearer token'),
  tenant: name.optional().describe('Whose it is: requests of anybody else are refused. Default: everybody’s'),
})

const access = z.object({
  operator: dynamic(secret(token.optional())).describe(
    'Who has it acts for every tenant, and sees why health is as it is',
  ),
  token: perTenant(secret(token.optional())).describe(
    'What requests of a tenant have to carry. Without one nobody gets in',
  ),
  suspended: perTenant(z.boolean().default(false)).describe('Whether requests of a tenant are answered with 403'),
})

/** Everything that can be configured. What is not dynamic waits for a restart. */
export const config = defineConfig(
  z.object({
    log: loggerSchema,
    http: httpListenerSchema.extend({
      tls: z.boolean().default(false).describe('HTTPS, with the certificate under tls'),
    }),
    tls: tlsCertificateSchema,
    access,
    limits: perTenant(rateLimiterSchema),
    responses: cacheSchema,
    jobs: z.record(name, scheduledJobSchema).default({}),
    traffic: dynamic(z.object({ upstreams: z.record(name, upstream), routes: z.record(name, route) })),
  }),
)

export type GatewayConfig = ConfigOf<typeof config>
export type GatewaySnapshot = Snapshot<GatewayConfig>

/** Where the values come from, the last wins: what somebody has published stands above the files, where there is a store. */
export function gatewaySources(folder: string, store?: Source): readonly Source[] {
  const place = relative(process.cwd(), folder)
  return [
    fileSource(join(place, 'seed.yaml'), { optional: true }),
    fileSource(join(place, 'config.yaml')),
    directorySource(join(place, 'routes.d'), { optional: true }),
    ...(store === undefined ? [] : [store]),
    envSource({ prefix: 'GATEWAY_' }),
    argsSource(),
  ]
}

/** Who the tenants are: each has a file, with what is its own above what all share. */
export function gatewayTenants(folder: string): TenantOptions {
  return { folder: join(relative(process.cwd(), folder), 'tenants') }
}

/** What tenants' files may refer to. Who may write one must not be able to read the machine. */
export function gatewayReferences(folder: string): ReferenceOptions {
  return { allow: { files: [resolve(folder, 'secrets')], env: ['GATEWAY_TOKEN_*'] } }
}
