import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** One connection to a server in the same process, which does next to nothing itself: what is left is what the server costs. */
export interface Pipeline {
  /** Sends `count` requests in one go, and resolves with the milliseconds until all are answered. */
  send(count: number): Promise<number>
  close(): void
}

/** Opens a port of this machine. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has an address with one.
  return (server.address() as AddressInfo).port
}

/** Sends GET requests for `path`. Every answer has to be a 200, and as long as the first one. */
export async function openPipeline(port: number, path: string): Promise<Pipeline> {
  const socket = connect(port, '127.0.0.1').setNoDelay()
  const request = `GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`
  const first = await answerOf(socket, request)
  if (!first.startsWith('HTTP/1.1 200 ')) throw new Error(`${path} was answered with ${first.slice(0, 40)}`)
  const size = first.length
  return {
    async send(count) {
      const started = performance.now()
      await new Promise<void>((resolve, reject) => {
        let left = count * size
        const onData = (chunk: Buffer) => {
          left -= chunk.length
          if (left > 0) return
          socket.off('data', onData)
          if (left === 0) resolve()
          else reject(new Error(`${path} is not answered in the same way every time.`))
        }
        socket.on('data', onData)
        socket.write(request.repeat(count))
      })
      return performance.now() - started
    },
    close: () => void socket.destroy(),
  }
}

export function serverOf(handle: RequestListener): Server {
  return createServer(handle)
}

/** The first answer, waited for until nothing more of it comes: its length is not known otherwise. */
async function answerOf(socket: Socket, request: string): Promise<string> {
  let text = ''
  const onData = (chunk: Buffer) => {
    text += chunk.toString('latin1')
  }
  socket.on('data', onData)
  socket.write(request)
  for (let quiet = '', turns = 0; turns < 5 || text === ''; turns += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (text !== quiet) turns = 0
    quiet = text
  }
  socket.off('data', onData)
  return text
}
