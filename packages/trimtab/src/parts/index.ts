export { type CacheConfig, cacheModule, type CacheOptions, cacheSchema } from './cache/cache.ts'
export type { Cache, CacheStats } from './cache/open-cache.ts'
export type { HttpClientHealth } from './http-client/client-health.ts'
export {
  type HttpClient,
  type HttpClientConfig,
  type HttpClientOptions,
  type HttpClientsOptions,
  httpClientModule,
  httpClientSchema,
  httpClientsModule,
} from './http-client/http-client.ts'
export {
  type HttpListenerConfig,
  type HttpListenerOptions,
  httpListenerModule,
  httpListenerSchema,
} from './http-listener/http-listener.ts'
export type { HttpHandler, HttpHandlerContext, HttpListener } from './http-listener/listener.ts'
export {
  type LoggerConfig,
  type LoggerModuleOptions,
  type LoggerResource,
  loggerModule,
  loggerSchema,
} from './logger/logger.ts'
export type { PartHealth } from './part-health.ts'
export type {
  PgConnection,
  PgNativePool,
  PgPool,
  PgQueryable,
  PgResult,
  PgStatement,
} from './pg-pool/open-pool.ts'
export { type PgPoolConfig, pgPoolSchema, type PgTlsConfig } from './pg-pool/pg-pool-config.ts'
export { pgPoolModule, type PgPoolOptions } from './pg-pool/pg-pool.ts'
export {
  type RateLimiter,
  type RateLimiterConfig,
  type RateLimiterOptions,
  rateLimiterModule,
  rateLimiterSchema,
} from './rate-limiter/rate-limiter.ts'
export type { RateDecision } from './rate-limiter/token-buckets.ts'
export type { JobRun, ScheduledJob } from './scheduler/scheduled-job.ts'
export {
  type JobContext,
  type JobHandler,
  type ScheduledJobConfig,
  scheduledJobSchema,
  schedulerModule,
  type SchedulerOptions,
} from './scheduler/scheduler.ts'
export {
  type TlsCertificate,
  type TlsCertificateConfig,
  type TlsCertificateOptions,
  tlsCertificateModule,
  tlsCertificateSchema,
} from './tls-certificate/tls-certificate.ts'
