import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a proxy does with what it is given. */
type ProxyMode =
  /** Passes everything on. */
  | 'pass'
  /** Takes connections and data, also those that are open already, and passes nothing on. Nobody is told. */
  | 'black_hole'
  /** Passes on what the client sends, and holds back every answer. */
  | 'half_open'
  /** Ends new connections at once. */
  | 'refuse'

/** A way to a server that can be disturbed. */
export interface TcpProxy {
  readonly port: number
  readonly mode: ProxyMode
  /** Connections that are open. */
  readonly connections: number
  /** Connections there have been. */
  readonly accepted: number
  /**
   * From now on, for the connections that are open too. What a black hole or a half open way held back is passed on when it
   * ends, unless the connection has been cut meanwhile: a network that was away for a while does the same.
   */
  become(mode: ProxyMode): void
  /** Milliseconds that everything takes from now on, in either direction. Order is kept. */
  delay(milliseconds: number): void
  /** Ends every open connection with a reset; new ones are treated as before. */
  reset(): void
  /** Ends every open connection in good order. */
  end(): void
  close(): Promise<void>
}

/** A proxy on a free port of the loopback interface, closed when the test ends. */
export async function tcpProxy(target: { readonly port: number; readonly host?: string }): Promise<TcpProxy> {
  const links = new Set<Link>()
  const state: Disturbance = { mode: 'pass', delay: 0 }
  let accepted = 0
  const server = createServer({ noDelay: true }, (client) => {
    accepted += 1
    if (state.mode === 'refuse') {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const upstream = createConnection({ host: '127.0.0.1', noDelay: true, ...target })
    const link = new Link(client, upstream, state)
    links.add(link)
    void link.closed.then(() => links.delete(link))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('unreachable: it listens on a port')

  const close = async () => {
    const open = [...links]
    for (const link of open) link.reset()
    await Promise.all(open.map(({ closed }) => closed))
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  onTestFinished(close)
  return {
    port: address.port,
    get mode() {
      return state.mode
    },
    get connections() {
      return links.size
    },
    get accepted() {
      return accepted
    },
    become(mode) {
      state.mode = mode
      for (const link of links) link.flush()
    },
    delay(milliseconds) {
      state.delay = milliseconds
    },
    reset() {
      for (const link of links) link.reset()
    },
    end() {
      for (const link of links) link.end()
    },
    close,
  }
}

interface Disturbance {
  mode: ProxyMode
  delay: number
}

/** One connection with its two ends. */
class Link {
  readonly closed: Promise<void>
  readonly #ends: readonly [Socket, Socket]
  readonly #ways: readonly Way[]

  constructor(client: Socket, upstream: Socket, state: Disturbance) {
    this.#ends = [client, upstream]
    this.#ways = [
      new Way(client, upstream, () => state.mode === 'black_hole', state),
      new Way(upstream, client, () => state.mode === 'black_hole' || state.mode === 'half_open', state),
    ]
    this.closed = Promise.all(
      this.#ends.map((end) => new Promise<void>((resolve) => end.once('close', () => resolve()))),
    ).then(() => {
      for (const way of this.#ways) way.stop()
    })
  }

  flush(): void {
    for (const way of this.#ways) way.flush()
  }

  reset(): void {
    for (const end of this.#ends) reset(end)
  }

  end(): void {
    for (const end of this.#ends) end.destroySoon()
  }
}

/** One direction: what came is passed on in order, when it is time and nothing holds it back. */
class Way {
  readonly #to: Socket
  readonly #isHeld: () => boolean
  readonly #waiting: { readonly due: number; readonly send: () => void }[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, isHeld: () => boolean, state: Disturbance) {
    this.#to = to
    this.#isHeld = isHeld
    const push = (send: () => void) => {
      this.#waiting.push({ due: performance.now() + state.delay, send })
      this.flush()
    }
    from.on('data', (chunk: Buffer) => push(() => to.write(chunk)))
    from.on('end', () => push(() => to.end()))
    from.on('error', () => push(() => reset(to)))
    // An end that nobody hears of is what a black hole is for; all others are passed on.
    from.on('close', () => push(() => to.destroySoon()))
  }

  flush(): void {
    clearTimeout(this.#timer)
    for (let next = this.#waiting[0]; next !== undefined && !this.#isHeld(); next = this.#waiting[0]) {
      const wait = next.due - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.flush(), wait)
        return
      }
      this.#waiting.shift()
      if (!this.#to.destroyed) next.send()
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }
}

/** A socket that has begun to say goodbye can't be reset any more: Node would never close it. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
