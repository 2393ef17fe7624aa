import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Pool } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { pgDatabase } from '../pg-database.ts'

/** One message of PostgreSQL's protocol. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const welcome = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]
const goodbye = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'))

/** A server that ends each connection in the packet in which it accepts it, as one does that is shut down at that moment. */
async function leavingServer(): Promise<string> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.concat([...welcome, goodbye])))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  // It listens on a port.
  return `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/any`
}

it('a goodbye in the packet of the welcome fails the query, and not the process', async () => {
  const database = pgDatabase({ connectionString: await leavingServer() })
  onTestFinished(() => database.close())
  await expect(database.query('select 1')).rejects.toThrow()
})

it('nor where the pool is somebody else’s, which is guarded once', async () => {
  const pool = new Pool({ connectionString: await leavingServer() })
  onTestFinished(() => pool.end())
  const databases = Array.from({ length: 20 }, () => pgDatabase({ pool }))
  for (const database of databases) await expect(database.query('select 1')).rejects.toThrow()
  expect(pool.listenerCount('connect')).toBe(1)
})
