import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { tcpProxy } from './tcp-proxy.ts'

/** A server that says back what it is told, behind a proxy. */
async function echo() {
  const heard: string[] = []
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString())
      socket.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('unreachable')
  const proxy = await tcpProxy(address)
  onTestFinished(async () => {
    await proxy.close()
    server.close()
    await once(server, 'close')
  })
  const connect = async () => {
    const socket = createConnection(proxy.port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    onTestFinished(() => void socket.destroy())
    return socket
  }
  return { proxy, connect, heard }
}

const answer = async (socket: Socket, text: string) => {
  socket.write(text)
  return String((await once(socket, 'data'))[0])
}

/** `once` of Node rejects at an error, which is what is waited for here. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve))

it('passes on, and ends what it is told to', async () => {
  const { proxy, connect } = await echo()
  const socket = await connect()
  expect(await answer(socket, 'a')).toBe('a')
  expect(proxy.connections).toBe(1)
  proxy.reset()
  await closed(socket)
  expect(socket.errored).toMatchObject({ code: 'ECONNRESET' })
  const other = await connect()
  expect(await answer(other, 'b')).toBe('b')
  other.resume()
  proxy.end()
  await once(other, 'end')
  expect(proxy.accepted).toBe(2)
})

it('takes everything in as a black hole, and gives it out when it is none any more', async () => {
  const { proxy, connect, heard } = await echo()
  const socket = await connect()
  await answer(socket, 'a')
  proxy.become('black_hole')
  socket.write('b')
  await once((await connect()).end(), 'finish')
  expect(heard).toEqual(['a'])
  proxy.become('pass')
  expect(String((await once(socket, 'data'))[0])).toBe('b')
})

it('holds back only the answers when it is half open', async () => {
  const { proxy, connect, heard } = await echo()
  const socket = await connect()
  await answer(socket, 'a')
  proxy.become('half_open')
  let isAnswered = false
  socket.once('data', () => {
    isAnswered = true
  })
  socket.write('b')
  while (heard.length < 2) await new Promise((resolve) => setImmediate(resolve))
  expect(isAnswered).toBe(false)
  proxy.become('pass')
  while (!isAnswered) await new Promise((resolve) => setImmediate(resolve))
})

it('keeps the order when it is slow, and refuses', async () => {
  const { proxy, connect, heard } = await echo()
  const socket = await connect()
  proxy.delay(30)
  const startedAt = performance.now()
  expect(await answer(socket, 'a')).toBe('a')
  expect(performance.now() - startedAt).toBeGreaterThan(55)
  socket.write('b')
  await new Promise((resolve) => setImmediate(resolve))
  proxy.delay(0)
  expect(await answer(socket, 'c')).toMatch(/^b/)
  expect(heard.join('')).toBe('abc')
  proxy.become('refuse')
  const refused = createConnection(proxy.port, '127.0.0.1')
  refused.on('error', () => {})
  await closed(refused)
})
