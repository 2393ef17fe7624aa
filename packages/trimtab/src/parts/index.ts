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
export {
  type RateLimiter,
  type RateLimiterConfig,
  type RateLimiterOptions,
  rateLimiterModule,
  rateLimiterSchema,
} from './rate-limiter/rate-limiter.ts'
export type { RateDecision } from './rate-limiter/token-buckets.ts'
export {
  type TlsCertificate,
  type TlsCertificateConfig,
  type TlsCertificateOptions,
  tlsCertificateModule,
  tlsCertificateSchema,
} from './tls-certificate/tls-certificate.ts'
