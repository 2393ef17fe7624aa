import { createServer as createTlsServer } from 'node:https'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { createTestPair } from '../../../../../../test/support/certificates.ts'
import { Secret } from '../../../model/secrecy/secret.ts'
import { systemClock } from '../../../primitives/time/clock.ts'
import { createManualClock } from '../../../testing/manual-clock.ts'
import type { TrimtabEvent } from '../../event-types.ts'
import type { SinkWriter } from '../../sink.ts'
import { SinkQueue } from '../../sink-queue.ts'
import { verifySignature } from './signature.ts'
import { targetOf, type WebhookSinkOptions, webhookSink } from './webhook-sink.ts'
import { openWebhook } from './webhook-writer.ts'

const secret = 'a-long-enough-secret'
const event: TrimtabEvent = Object.freeze({
  specversion: '1.0',
  id: 'run-1',
  source: '/trimtab/web-1',
  type: 'dev.trimtab.module.cleared',
  time: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  sequence: '000000000001',
  generation: 1,
  data: {},
})

interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver that answers as the list says, one after another, then 204; a function does what it likes. */
async function receive(...answers: readonly (number | RequestListener)[]) {
  const received: Received[] = []
  const left = [...answers]
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() })
      const answer = left.shift() ?? 204
      if (typeof answer === 'function') answer(request, response)
      else response.writeHead(answer).end('x'.repeat(10))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // of a server that listens on a port
  return { received, port, url: `http://127.0.0.1:${port}/hook` }
}

const quick = { attempts: 4, backoff: { initial: 1, max: 2 } }

function openSink(options: Omit<WebhookSinkOptions, 'secret'>, clock = systemClock): SinkWriter {
  const writer = webhookSink({ secret, ...quick, ...options }).open({ clock, random: () => 0.5 })
  onTestFinished(() => void writer.close?.())
  return writer
}

const deliver = async (writer: SinkWriter, signal = new AbortController().signal) => writer.deliver(event, signal)

describe('a webhook', () => {
  it('posts the event as it is, signed, over one connection', async () => {
    const { received, url } = await receive()
    const headers = { Authorization: new Secret('Bearer t') }
    const writer = openSink({ url, headers, secret: [secret, 'another-long-secret'] } as WebhookSinkOptions)
    await deliver(writer)
    await deliver(writer)
    expect(received).toHaveLength(2)
    const [first] = received
    expect(JSON.parse(first?.body ?? '')).toEqual(event)
    expect(first?.path).toBe('/hook')
    expect(first?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      authorization: 'Bearer t',
      'webhook-id': 'run-1',
    })
    const { headers: sent = {}, body = '' } = first ?? {}
    for (const each of [secret, 'another-long-secret'])
      expect(verifySignature({ secret: each, headers: sent, body })).toEqual({ ok: true, id: 'run-1' })
    expect(verifySignature({ secret: 'a-third-and-wrong-one', headers: sent, body }).ok).toBe(false)
  })

  it.each([500, 503, 429, 408, 425])('is tried again after %i, with the same id', async (status) => {
    const { received, url } = await receive(status, status)
    await deliver(openSink({ url }))
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['run-1', 'run-1', 'run-1'])
  })

  it('takes an answer that never ends for what it began with', async () => {
    const { received, url } = await receive((_, response) => void response.writeHead(200).write('x'))
    await deliver(openSink({ url, timeout: 100 }))
    expect(received).toHaveLength(1)
  })

  it('is tried again after a connection that ends without an answer', async () => {
    const { received, url } = await receive((request) => request.socket.destroy())
    await deliver(openSink({ url }))
    expect(received).toHaveLength(2)
  })

  it('gives up after the last attempt, and says why without the URL', async () => {
    const { received, url } = await receive(500, 500, 500, 500)
    await expect(deliver(openSink({ url: `${url}?token=hunter2` }))).rejects.toThrow(
      /^the receiver answered 500, 4 times$/,
    )
    expect(received).toHaveLength(4)
  })

  it.each([400, 401, 404, 410, 422])('takes %i as a refusal', async (status) => {
    const { received, url } = await receive(status)
    await expect(deliver(openSink({ url }))).rejects.toThrow(`the receiver answered ${status}`)
    expect(received).toHaveLength(1)
  })

  it.each([301, 302, 303, 307, 308])('does not follow %i', async (status) => {
    const other = await receive()
    const { received, url } = await receive((_, response) => response.writeHead(status, { location: other.url }).end())
    await expect(deliver(openSink({ url }))).rejects.toThrow('redirects are not followed')
    expect([received.length, other.received.length]).toEqual([1, 0])
  })

  it('gives up an attempt at its deadline, and is not held up by an answer without end', async () => {
    const { received, url } = await receive(
      () => {},
      (_, response) => {
        response.writeHead(200)
        response.write('x'.repeat(100_000))
      },
    )
    await deliver(openSink({ url, timeout: 50 }))
    expect(received).toHaveLength(2)
  })

  it('waits as long as the receiver asks for, up to the longest delay', async () => {
    const { received, url } = await receive(
      (_, response) => response.writeHead(503, { 'retry-after': '2' }).end(),
      (_, response) => response.writeHead(503, { 'retry-after': '9000' }).end(),
    )
    const clock = createManualClock()
    const writer = openSink({ url, backoff: { initial: 100, max: 5_000 } }, clock)
    const delivered = deliver(writer)
    const waits: number[] = []
    for (let count = 1; count <= 2; count += 1) {
      // What the server does is real: only the delays are the clock's. While an attempt is under way, its deadline waits.
      const isWaiting = () => received.length === count && ![undefined, 10_000].includes(clock.untilNext)
      while (!isWaiting()) await new Promise((resolve) => setImmediate(resolve))
      waits.push(clock.untilNext ?? 0)
      await clock.advance(clock.untilNext ?? 0)
    }
    await delivered
    expect(waits).toEqual([2_000, 5_000])
    expect(clock.pending).toBe(0)
  })

  it('lets go at once when its signal aborts, during an attempt and between two', async () => {
    const { url } = await receive(() => {}, 500)
    const controller = new AbortController()
    const hanging = deliver(openSink({ url }), controller.signal)
    controller.abort(new Error('closed'))
    await expect(hanging).rejects.toThrow('closed')
  })
})

test('a request that hangs does not keep its queue from closing, and its connection ends', async () => {
  let ended = () => {}
  const isEnded = new Promise<void>((resolve) => (ended = resolve))
  let arrived = () => {}
  const hasArrived = new Promise<void>((resolve) => (arrived = resolve))
  const { received, url } = await receive((request) => {
    request.socket.on('close', ended)
    arrived()
  })
  const clock = createManualClock()
  const writer = openSink({ url }, clock)
  const scrub = (text: string) => text
  const queue = new SinkQueue({ name: 'hook', writer, clock, limit: 10, scrub, onState: () => {} })
  for (let count = 0; count < 3; count += 1) queue.offer(event)
  await hasArrived
  const closed = queue.close(1_000)
  await clock.advance(1_000)
  await closed
  await isEnded
  expect(received).toHaveLength(1)
  expect(queue.status).toMatchObject({ delivered: 0, lost: 3, waiting: 0 })
  expect(clock.pending).toBe(0)
})

test('a receiver that answers and goes on talking, or says it in pieces, is believed once', async () => {
  const { received, url } = await receive(
    // Not an answer yet.
    (_, response) => {
      response.writeProcessing()
      response.writeHead(204).end()
    },
    // More than one answer.
    ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 500 No\r\n\r\n'),
    // None that could be read.
    ({ socket }) => void socket.end('SSH-2.0-OpenSSH\r\n'),
  )
  const writer = openSink({ url })
  for (let count = 0; count < 3; count += 1) await deliver(writer)
  expect(received).toHaveLength(4)
})

test('a receiver whose certificate nobody vouches for is sent nothing', async () => {
  const received: string[] = []
  const server = createTlsServer(createTestPair({ name: 'hooks' }), (request) => void received.push(request.url ?? ''))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo // of a server that listens on a port
  await expect(deliver(openSink({ url: `https://localhost:${port}/` }))).rejects.toThrow(
    'no connection (DEPTH_ZERO_SELF_SIGNED_CERT), 4 times',
  )
  expect(received).toEqual([])
})

describe('a webhook whose name leads elsewhere', () => {
  /** A name that leads to another address each time it is asked for. */
  function rebinding(port: number, ...addresses: readonly string[]) {
    const asked: string[] = []
    const target = {
      ...targetOf({ url: `http://hooks.example:${port}/`, secret, ...quick }),
      resolve: (host: string, done: (error: null, found: { address: string; family: number }[]) => void) => {
        asked.push(host)
        done(null, [{ address: addresses[asked.length - 1] ?? addresses.at(-1) ?? '', family: 4 }])
      },
    }
    const writer = openWebhook(target, { clock: systemClock, random: () => 0.5 })
    onTestFinished(() => void writer.close?.())
    return { writer, asked }
  }

  it.each(['169.254.169.254', '127.0.0.1', '100.100.100.200'])(
    'to %s is refused, and not tried again',
    async (address) => {
      const { received, port } = await receive()
      const { writer, asked } = rebinding(port, address)
      await expect(deliver(writer)).rejects.toThrow('leads to an address that webhooks may not go to')
      expect([asked, received]).toEqual([['hooks.example'], []])
    },
  )
})

test.each([
  ['ftp://example.com', 'url'],
  ['example.com', 'url'],
  ['http://169.254.169.254/latest', 'url'],
  ['http://[fe80::1]/', 'url'],
  ['http://[::ffff:169.254.169.254]/', 'url'],
  ['http://2852039166/', 'url'],
  ['http://0xa9.0xfe.0xa9.0xfe/', 'url'],
  ['http://0/', 'url'],
  ['https://user:hunter2@example.com/', 'url'],
])('the URL %s is refused', (url, name) => {
  const open = () => webhookSink({ url, secret })
  expect(open).toThrow(`The option ${name} of webhookSink()`)
  expect(open).not.toThrow('hunter2')
})

test('options that cannot be meant are refused, and a name shows nothing but the host', () => {
  const url = 'https://hooks.example.com/services/hunter2'
  expect(webhookSink({ url, secret }).name).toBe('webhook:hooks.example.com')
  expect(webhookSink({ url, secret, name: 'audit' }).name).toBe('audit')
  const wrong: readonly Partial<WebhookSinkOptions>[] = [
    { attempts: 0 },
    { timeout: 0 },
    { backoff: { initial: 5, max: 1 } },
    { headers: { 'content-type': 'text/plain' } },
    { headers: { 'Webhook-Signature': 'x' } },
    { headers: { Expect: '100-continue' } },
    { headers: { 'content-encoding': 'gzip' } },
    { headers: { 'x-a': 'two\r\nlines' } },
    { headers: { 'x a': 'b' } },
    { secret: 'short' },
    { secret: [] },
  ]
  for (const each of wrong) expect(() => webhookSink({ url, secret, ...each }), JSON.stringify(each)).toThrow()
})
