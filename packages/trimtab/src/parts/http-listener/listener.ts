import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { describeThrown } from '../../errors/trimtab-error.ts'
import type { HookContext } from '../../modules/define-module.ts'
import { onAbort } from '../../primitives/concurrency/abort.ts'
import type { Clock } from '../../primitives/time/clock.ts'
import type { Logger } from '../../primitives/logger.ts'
import type { TlsCertificate } from '../tls-certificate/tls-certificate.ts'
import { Connections } from './connections.ts'
import { listen, type ListenPlace } from './listen.ts'

/** A server that accepts connections. */
export interface HttpListener {
  readonly host: string
  /** The port it really listens on, also where 0 was configured. */
  readonly port: number
  /** `http://127.0.0.1:8080` */
  readonly url: string
  /** Requests that are being answered. */
  readonly activeRequests: number
  /** Connections that are open. */
  readonly connections: number
  /** Node's own, for what this module does not do: upgrades, for instance. */
  readonly server: Server | TlsServer
}

/** What a handler is given beside node's own two. */
export interface HttpHandlerContext {
  /** Leases the resource of a module that the listener depends on: the newest one, kept until the work is done. */
  readonly use: HookContext['use']
}

/** Answers a request. One that throws or rejects before it has answered gives 500, without the reason. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse, context: HttpHandlerContext) => unknown

/** Where to listen, and what holds for its connections; times in milliseconds. */
export interface ListenerConfig extends ListenPlace {
  readonly keepAliveTimeout: number
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly maxConnections?: number | undefined
  readonly maxRequestsPerConnection: number
  readonly linger: number
}

export interface ListenerOptions {
  readonly config: ListenerConfig
  readonly clock: Clock
  readonly log: Logger
  readonly handler: HttpHandler
  readonly context: HttpHandlerContext
  readonly certificate: Pick<TlsCertificate, 'context'> | undefined
}

/** Both kinds of server look at requests that are late this often, in milliseconds; node's own 30 s would make short timeouts long. */
const connectionsCheckingInterval = 1_000
/** Milliseconds that a handshake may take; less than what a stop has. */
const handshakeTimeout = 10_000

/** One server from its listening to its end. */
export class Listener implements HttpListener {
  readonly server: Server | TlsServer
  readonly host: string
  readonly #options: ListenerOptions
  readonly #connections: Connections
  #config: ListenerConfig
  #port: number

  constructor(options: ListenerOptions) {
    const { config, clock, log, certificate } = options
    this.#options = options
    this.#config = config
    this.host = config.host
    this.#port = config.port
    this.server =
      certificate === undefined
        ? createServer({ connectionsCheckingInterval })
        : createTlsServer({ connectionsCheckingInterval, handshakeTimeout, ...certificate.context })
    if (certificate !== undefined) this.#follow(certificate)
    this.#connections = new Connections({ server: this.server, clock, linger: () => this.#config.linger })
    this.server.on('request', (request, response) => void this.#answer(request, response))
    this.apply(config)
    // A connection that could not be accepted, for want of file descriptors for instance: without a listener it would end the process.
    this.server.on('error', (error) => {
      if (this.server.listening) log.error(`A connection could not be accepted: ${describeThrown(error)}`)
    })
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    const scheme = this.#options.certificate === undefined ? 'http' : 'https'
    return `${scheme}://${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.#port}`
  }

  get activeRequests(): number {
    return this.#connections.active
  }

  get connections(): number {
    return this.#connections.count
  }

  async open(signal: AbortSignal): Promise<void> {
    this.#port = await listen(this.server, this.#config, signal)
  }

  /** Node reads each of these when it next needs it. */
  apply(config: ListenerConfig): void {
    this.#config = config
    this.server.keepAliveTimeout = config.keepAliveTimeout
    this.server.headersTimeout = config.headersTimeout
    this.server.requestTimeout = config.requestTimeout
    this.server.maxRequestsPerSocket = config.maxRequestsPerConnection
    this.server.maxConnections = config.maxConnections ?? Infinity
  }

  async close(signal: AbortSignal): Promise<void> {
    const release = onAbort(signal, () => {
      const { log } = this.#options
      if (this.activeRequests > 0) log.warn(`${this.activeRequests} requests were cut off at the stop's deadline`)
      this.#connections.cut()
    })
    await this.#connections.drain()
    release()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { handler, context, log } = this.#options
    this.#connections.serve(request.socket, response)
    // A handler that writes after the end would otherwise end the process.
    response.on('error', (error) => log.error(`A response failed: ${describeThrown(error)}`))
    try {
      await handler(request, response, context)
    } catch (error) {
      const line = `A ${request.method ?? ''} request failed: ${describeThrown(error)}`
      // Nobody waits for the answer: a handler that then gives up has done nothing wrong.
      if (request.socket.destroyed) log.debug(line)
      else log.error(line)
      refuseToAnswer(response)
    }
  }

  /** Before node begins the handshake of a connection, it is given the newest pair. */
  #follow(certificate: Pick<TlsCertificate, 'context'>): void {
    let served = certificate.context
    this.server.prependListener('connection', () => {
      if (certificate.context === served || !('setSecureContext' in this.server)) return
      served = certificate.context
      try {
        this.server.setSecureContext(served)
      } catch (error) {
        this.#options.log.error(`A new certificate could not be served, the old one stays: ${describeThrown(error)}`)
      }
    })
  }
}

function refuseToAnswer(response: ServerResponse): void {
  if (response.writableEnded) return
  // Half a response must not look like a whole one.
  if (response.headersSent) response.destroy()
  else response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error\n')
}
