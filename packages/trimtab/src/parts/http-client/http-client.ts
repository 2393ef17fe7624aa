import { X509Certificate } from 'node:crypto'
import type { Dispatcher, Pool } from 'undici'
import { z } from 'zod'
import {
  type CheckContext,
  defineModule,
  type EachModule,
  type HealthContext,
  type Module,
  type ModuleTimeouts,
  type StartContext,
  type StopContext,
} from '../../modules/define-module.ts'
import { onAbort } from '../../primitives/concurrency/abort.ts'
import { dynamic } from '../../schema/marks.ts'
import type { Section } from '../../schema/section.ts'
import { bytes, duration } from '../../schema/units.ts'
import { loadPeer } from '../../errors/load-peer.ts'
import { partHealth } from '../part-health.ts'
import { refusal } from '../refusal.ts'
import { askServer, type HttpClientHealth } from './client-health.ts'

/**
 * The configuration of an HTTP client, to be put into a schema of your own, by itself or as the value of a record. All of
 * it changes while the service runs.
 *
 * @example
 * const config = defineConfig(z.object({ upstreams: z.record(z.string(), httpClientSchema) }))
 */
export const httpClientSchema = dynamic(
  z.object({
    url: z.string().describe('Scheme, host and port of the server: http://127.0.0.1:9000'),
    connections: z
      .number()
      .int()
      .min(1)
      .default(32)
      .describe('Open connections at most; further requests wait for one'),
    pipelining: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe('Requests sent over one connection without waiting for answers'),
    connectTimeout: duration({ min: '1ms' }).default('5s').describe('How long connecting may take'),
    headersTimeout: duration().default('30s').describe('How long a server may take until it answers; 0 for ever'),
    bodyTimeout: duration().default('30s').describe('How long a server may pause inside its answer; 0 for ever'),
    keepAliveTimeout: duration({ min: '1ms' }).default('4s').describe('How long an unused connection stays open'),
    maxResponseSize: bytes({ min: 1 }).optional().describe('Answers longer than this fail. Default: no limit'),
    ca: z.string().optional().describe('Certificates as PEM that are trusted in place of the usual ones'),
  }),
)

/** Times are milliseconds, sizes bytes. */
export interface HttpClientConfig {
  readonly url: string
  readonly connections: number
  readonly pipelining: number
  readonly connectTimeout: number
  readonly headersTimeout: number
  readonly bodyTimeout: number
  readonly keepAliveTimeout: number
  readonly maxResponseSize?: number | undefined
  readonly ca?: string | undefined
}

/** Connections to one server. */
export interface HttpClient {
  /** Scheme, host and port. */
  readonly origin: string
  /** undici's own, for its other ways to send a request, and for `fetch` as the option `dispatcher`. */
  readonly pool: Pool
  /** Sends a request; its path begins with `/`. The body of the answer has to be read or dumped. */
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>
}

/** The section of one HTTP client, and how long its steps may take. */
export interface HttpClientOptions extends ModuleTimeouts {
  /** Default: `client`. */
  readonly name?: string | undefined
  readonly config: Section<HttpClientConfig>
  /** Asks the server how it is: below 500 it is healthy. Left away, or `false`: nothing is sent that nobody asked for. */
  readonly health?: HttpClientHealth | false | undefined
}

/** The section of a record of HTTP clients, and how long the steps of each may take. */
export interface HttpClientsOptions extends ModuleTimeouts {
  /** Default: `clients`. */
  readonly name?: string | undefined
  readonly config: Section<Readonly<Record<string, HttpClientConfig>>>
  /** Asks each server how it is: below 500 it is healthy. Left away, or `false`: nothing is sent that nobody asked for. */
  readonly health?: HttpClientHealth | false | undefined
}

/**
 * Connections to one HTTP server. Any change starts new ones beside the old; the old ones end when the last request over
 * them is done, and a change that is undone finds them still there. A URL that can't be used is refused. Needs the
 * package `undici`.
 *
 * @example
 * const billing = httpClientModule({ name: 'billing', config: config.section('billing') })
 * const plane = await createPlane({ config, sources, modules: [billing] })
 * const status = await plane.use(billing, async (client) => {
 *   const { statusCode, body } = await client.request({ method: 'GET', path: '/health' })
 *   await body.dump()
 *   return statusCode
 * })
 */
export function httpClientModule(options: HttpClientOptions): Module<HttpClient> {
  const { name = 'client', config: section, health, ...timeouts } = options
  return defineModule({ ...timeouts, name, config: section, ...hooks(section, health) })
}

/**
 * The same for a record of servers: a key added starts a client, one removed drains it, and the others are not touched.
 *
 * @example
 * const upstreams = httpClientsModule({ name: 'upstreams', config: config.section('upstreams') })
 * await plane.use(upstreams.at('blue'), (client) => client.request({ method: 'GET', path: '/' }))
 */
export function httpClientsModule(options: HttpClientsOptions): EachModule<HttpClient> {
  const { name = 'clients', config: section, health, ...timeouts } = options
  return defineModule({ ...timeouts, name, config: section, each: true, ...hooks(section, health) })
}

/** What both do for one server. */
function hooks(section: Section<unknown>, health: HttpClientHealth | false = false) {
  const { path = '/', ...role } = health === false ? {} : health
  const open = async (config: HttpClientConfig, key: string | undefined): Promise<OpenClient> => {
    const origin = originOf(config.url)
    if (typeof origin === 'object') throw refusal({ section, key, field: 'url' }, origin.why)
    if (config.ca !== undefined && !isCertificate(config.ca)) {
      throw refusal({ section, key, field: 'ca' }, 'cannot be parsed: expected certificates as PEM')
    }
    const { Pool } = await loadPeer('undici', () => import('undici'))
    return new OpenClient(origin, new Pool(origin, poolOptions(config)))
  }
  return {
    check: ({ next, key }: CheckContext<HttpClientConfig, OpenClient>) => open(next, key),
    start: ({ config, prepared, key }: StartContext<HttpClientConfig, OpenClient>) => prepared ?? open(config, key),
    stop: ({ resource, signal }: StopContext<OpenClient>) => resource.close(signal),
    // What is behind a client is as a rule what other instances use too.
    ...partHealth(
      health === false ? false : role,
      { shared: true },
      ({ resource, signal }: HealthContext<HttpClientConfig, OpenClient>) =>
        askServer((request) => resource.request(request), path, signal),
    ),
  }
}

class OpenClient implements HttpClient {
  readonly origin: string
  readonly pool: Pool

  constructor(origin: string, pool: Pool) {
    this.origin = origin
    this.pool = pool
  }

  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    return this.pool.request(options)
  }

  /** Waits for the requests that were sent, their answers to the last byte; cuts them off when the signal aborts. */
  async close(signal?: AbortSignal): Promise<void> {
    const release = onAbort(signal, () => void this.pool.destroy().catch(() => {}))
    try {
      if (!this.pool.destroyed) await this.pool.close()
    } finally {
      release()
    }
  }
}

function poolOptions(config: HttpClientConfig): Pool.Options {
  const { connections, pipelining, connectTimeout, headersTimeout, bodyTimeout, keepAliveTimeout } = config
  const { maxResponseSize, ca } = config
  return {
    connections,
    pipelining,
    headersTimeout,
    bodyTimeout,
    keepAliveTimeout,
    connect: { timeout: connectTimeout, ...(ca === undefined ? {} : { ca }) },
    ...(maxResponseSize === undefined ? {} : { maxResponseSize }),
  }
}

/** What connections are made to; or why there can be none, without the URL, which could hold a password. */
function originOf(text: string): string | { readonly why: string } {
  if (!URL.canParse(text)) return { why: 'expected a URL like http://127.0.0.1:9000' }
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { why: `expected http or https, received ${url.protocol.slice(0, -1)}` }
  if (url.username !== '' || url.password !== '')
    return { why: 'has a user or password. Send them with each request, from a secret field' }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return { why: 'has more than scheme, host and port. Give the path with each request' }
  return url.origin
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).ca !== undefined
  } catch {
    return false
  }
}
