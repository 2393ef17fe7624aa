import { once } from 'node:events'
import { createServer } from 'node:http'

export interface Upstream {
  readonly url: string
  close(): Promise<void>
}

/** A server on loopback to send requests to: it answers with what it was asked, and who it is. */
export async function startUpstream(name: string, { status = 200 } = {}): Promise<Upstream> {
  const server = createServer((request, response) => {
    // Read to its end, so that the connection can be used again.
    request.resume()
    const { method, url: path, headers } = request
    const { 'x-tenant': tenant } = headers
    const body = `${JSON.stringify({ upstream: name, method, path, tenant })}\n`
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
