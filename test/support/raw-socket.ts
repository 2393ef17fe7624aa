import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'

/** A client that writes bytes as they are and shows what it was sent, for what no HTTP client would do. */
export interface RawSocket<S extends Socket = Socket> {
  readonly socket: S
  /** Everything received so far. */
  readonly text: string
  send(text: string): void
  /** Resolves with everything received so far, once it contains `part`, `times` times. Rejects when the end comes first. */
  until(part: string, times?: number): Promise<string>
  /** Resolves with everything received when the connection has ended, in whatever way. */
  readonly ended: Promise<string>
}

/** Connects to a port of this machine. The connection is closed when the running test ends. */
export async function openSocket(port: number): Promise<RawSocket> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  return follow(socket)
}

/** The same over TLS, whoever the server is. */
export async function openTlsSocket(port: number): Promise<RawSocket<TLSSocket>> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return follow(socket)
}

function follow<S extends Socket>(socket: S): RawSocket<S> {
  const chunks: Buffer[] = []
  const waiting = new Set<() => void>()
  const text = () => Buffer.concat(chunks).toString('latin1')
  const tell = () => waiting.forEach((look) => look())
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    tell()
  })
  // A reset is an end like any other here; what had come is what counts.
  socket.on('error', () => {})
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => {
      tell()
      resolve(text())
    })
  })
  onTestFinished(async () => {
    socket.destroy()
    await ended
  })
  return {
    socket,
    ended,
    get text() {
      return text()
    },
    send: (out) => void socket.write(out),
    until: (part, times = 1) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (text().split(part).length > times) resolve(text())
          else if (socket.closed) reject(new Error(`The connection ended without ${JSON.stringify(part)}: ${text()}`))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
  }
}
