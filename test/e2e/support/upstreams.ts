import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface TestUpstream {
  readonly name: string
  readonly url: string
}

/** What an upstream saw of a request. */
export interface Seen {
  readonly upstream: string
  readonly stamp: string | undefined
  readonly token: string | undefined
  readonly length: number
}

/** What has to happen before a request to `/hold/…` is answered. */
type Gate = (request: IncomingMessage) => Promise<void>

export interface TestUpstreamOptions {
  readonly gate?: Gate
  /** What everything is answered with: 200. */
  readonly status?: number
}

/** Starts a server on loopback that answers with what it saw, and who it is; it ends with the running test. */
export async function startTestUpstream(
  name: string,
  { gate = async () => {}, status = 200 }: TestUpstreamOptions = {},
): Promise<TestUpstream> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request)
      if (request.url?.includes('/hold/') === true) await gate(request)
      const { authorization, 'x-stamp': stamp } = request.headers
      const token = authorization?.replace('Bearer token-', '')
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ upstream: name, stamp, token, length: body.length }))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => closeServer(server))
  const address = server.address()
  return { name, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` }
}

async function closeServer(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
