import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A way to a server, on which what is open can be lost without a word. */
export interface Relay {
  readonly port: number
  /** The connections that are open now stay open, and nothing passes on them any more; new ones get through. */
  strand(): void
}

/** A relay on a free port of the loopback interface, closed when the test ends. */
export async function relayTo(target: { readonly port: number }): Promise<Relay> {
  const open = new Set<Socket>()
  let passing: (readonly [Socket, Socket])[] = []
  const stranded = new Set<Socket>()
  const connect = (from: Socket, to: Socket) => {
    open.add(from)
    from.pipe(to)
    from.on('error', () => {})
    from.on('close', () => {
      open.delete(from)
      passing = passing.filter((link) => !link.includes(from))
      // The other end of a lost way is told of nothing.
      if (!stranded.has(from)) to.destroy()
    })
  }
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection({ host: '127.0.0.1', noDelay: true, ...target })
    passing.push([client, upstream])
    connect(client, upstream)
    connect(upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('unreachable: it listens on a port')

  onTestFinished(async () => {
    const ends = [...open].map((socket) => once(socket, 'close'))
    for (const socket of open) socket.destroy()
    server.close()
    await Promise.all([...ends, once(server, 'close')])
  })
  return {
    port: address.port,
    strand() {
      for (const [client, upstream] of passing) {
        stranded.add(client).add(upstream)
        client.unpipe(upstream).pause()
        upstream.unpipe(client).pause()
      }
      passing = []
    },
  }
}
