import type { Server, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Clock, Timer } from '../../primitives/time/clock.ts'

interface Connection {
  /** Until each is sent to its last byte. Several, when a client does not wait for an answer before it asks again. */
  readonly responses: Set<ServerResponse>
  idleSince: number
}

export interface ConnectionsOptions {
  readonly server: Server | TlsServer
  readonly clock: Clock
  /** Milliseconds that a connection without a request stays while the server ends, in case a request is on its way. */
  readonly linger: () => number
}

/**
 * Follows the connections of one server, so that it can end without cutting anybody off. Node's own way takes a response
 * that was written but not yet sent for the end of it, and destroys the connection in the middle.
 */
export class Connections {
  readonly #server: Server | TlsServer
  readonly #clock: Clock
  readonly #linger: () => number
  /** Every accepted one, also in the middle of a TLS handshake. */
  readonly #sockets = new Set<Socket>()
  readonly #connections = new Map<Socket, Connection>()
  #draining = false
  #timer: Timer | undefined

  constructor({ server, clock, linger }: ConnectionsOptions) {
    this.#server = server
    this.#clock = clock
    this.#linger = linger
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    // On a TLS server requests come over the socket that wraps the accepted one.
    server.on('setSecureContext' in server ? 'secureConnection' : 'connection', (socket: Socket) => this.#add(socket))
    // close() calls it.
    server.closeIdleConnections = () => void this.#closeIdle(this.#draining ? this.#linger() : 0)
  }

  /** Every one that is open. */
  get count(): number {
    return this.#sockets.size
  }

  /** Requests that are being answered. */
  get active(): number {
    let count = 0
    for (const { responses } of this.#connections.values()) count += responses.size
    return count
  }

  /** Notes a request. To be called before anything is written to its response. */
  serve(socket: Socket, response: ServerResponse): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return
    connection.responses.add(response)
    // Emitted when the last byte was handed to the system, and when the connection is lost.
    response.once('close', () => {
      connection.responses.delete(response)
      connection.idleSince = this.#clock.monotonic()
      if (this.#draining) this.#sweep()
    })
    if (this.#draining) this.#sayGoodbye(response)
  }

  /**
   * Stops accepting, tells clients in every response that it is the last one, and resolves when all connections have
   * ended: those without a request after the linger time, the others after their response.
   */
  async drain(): Promise<void> {
    this.#draining = true
    const now = this.#clock.monotonic()
    for (const connection of this.#connections.values()) {
      connection.responses.forEach((response) => this.#sayGoodbye(response))
      // However long it was idle, a request may be on its way: who sends it has only now been able to hear of the stop.
      connection.idleSince = now
    }
    const closed = new Promise<void>((resolve) => {
      // Already closed is closed.
      this.#server.close(() => resolve())
    })
    this.#sweep()
    await closed
    this.#timer?.cancel()
  }

  /** Ends every connection at once, in the middle of whatever it does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #add(socket: Socket): void {
    this.#connections.set(socket, { responses: new Set(), idleSince: this.#clock.monotonic() })
    socket.once('close', () => this.#connections.delete(socket))
    if (this.#draining) this.#sweep()
  }

  #sayGoodbye(response: ServerResponse): void {
    if (!response.headersSent) response.shouldKeepAlive = false
  }

  #sweep(): void {
    this.#timer?.cancel()
    const wait = this.#closeIdle(this.#linger())
    if (wait !== undefined) this.#timer = this.#clock.schedule(wait, () => this.#sweep())
  }

  /** Closes what has been idle for that long. Gives the time until the next one has. */
  #closeIdle(linger: number): number | undefined {
    const now = this.#clock.monotonic()
    let next: number | undefined
    for (const [socket, { responses, idleSince }] of this.#connections) {
      if (responses.size > 0) continue
      const left = idleSince + linger - now
      if (left <= 0) socket.destroySoon()
      else next = Math.min(next ?? left, left)
    }
    return next
  }
}
