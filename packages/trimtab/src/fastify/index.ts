export {
  type FastifyProbeReply,
  type FastifyProbeRequest,
  type FastifyProbesPlugin,
  type FastifyRouter,
  probesPlugin,
} from '../health/probes/fastify-probes.ts'
export type { ProbeOptions } from '../health/probes/node-probes.ts'
export type { TenantMiddlewareOptions } from '../tenancy/middleware/admission.ts'
export {
  type FastifyLike,
  type FastifyReplyLike,
  type FastifyRequestLike,
  type FastifyTenantPlugin,
  tenantPlugin,
} from '../tenancy/middleware/fastify-plugin.ts'
export type { TenantPlace } from '../tenancy/middleware/tenant-place.ts'
