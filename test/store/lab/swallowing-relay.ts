import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A way to a server of PostgreSQL on which notifications of one channel get lost, and nothing else does. */
export async function swallowingRelay(target: { readonly port: number }, channel: string) {
  const open = new Set<Socket>()
  const state = { port: 0, isSwallowing: false, swallowed: 0 }
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection({ host: '127.0.0.1', noDelay: true, ...target })
    let rest: Buffer = Buffer.alloc(0)
    upstream.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      // A type, then the length of the rest with itself.
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const end = 1 + rest.readInt32BE(1)
        const message = rest.subarray(0, end)
        rest = rest.subarray(end)
        const isOfChannel = message.subarray(9).toString().startsWith(`${channel}\0`)
        if (state.isSwallowing && message.toString('latin1', 0, 1) === 'A' && isOfChannel) state.swallowed += 1
        else client.write(message)
      }
    })
    client.pipe(upstream)
    for (const [end, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        open.delete(end)
        other.destroy()
      })
    }
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
  return Object.assign(state, { port: address.port })
}
