import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'

/** How one attempt ended, as far as there was an answer. */
export interface Answer {
  readonly status: number
  /** What it says of the time until the next attempt. */
  readonly retryAfter: string | undefined
}

export interface PostRequest {
  readonly url: URL
  readonly agent: http.Agent
  readonly lookup: LookupFunction
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly signal: AbortSignal
  /** Told of the answer when it begins: what follows of it decides nothing. */
  readonly onAnswer: (answer: Answer) => void
}

/** Bytes of an answer that are read to keep the connection; more ends it. */
const longestAnswer = 64 * 1_024

/** Connections that go on to the next event. */
export function createAgent(url: URL): http.Agent {
  const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 }
  return url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options)
}

/** Sends one body. Follows no redirect: it is an answer like any other. Rejects where there was no answer. */
export function post({ url, agent, lookup, headers, body, signal, onAnswer }: PostRequest): Promise<Answer> {
  const { request: open } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const request = open(url, {
      method: 'POST',
      agent,
      lookup,
      signal,
      headers: { ...headers, 'content-length': String(body.length) },
    })
    // An event on its way keeps no process up; closing the plane waits for it.
    request.on('socket', (socket) => void socket.unref())
    request.on('error', reject)
    request.on('response', (response) => {
      let size = 0
      const answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }
      onAnswer(answer)
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > longestAnswer) response.destroy()
      })
      response.on('error', () => resolve(answer))
      response.on('close', () => resolve(answer))
    })
    request.end(body)
  })
}
