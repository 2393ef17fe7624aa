import { describe, expect, it, onTestFinished } from 'vitest'
import { openSocket } from '../../../../../test/support/raw-socket.ts'
import { type Deferred, deferred } from '../../primitives/concurrency/deferred.ts'
import { createManualClock, type ManualClock } from '../../testing/manual-clock.ts'
import { type HttpHandler, Listener, type ListenerConfig } from './listener.ts'

const defaults: ListenerConfig = {
  host: '127.0.0.1',
  port: 0,
  keepAliveTimeout: 5_000,
  headersTimeout: 60_000,
  requestTimeout: 300_000,
  maxRequestsPerConnection: 0,
  linger: 500,
}

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const lastOne = 'Connection: close\r\n'

async function openListener(handler: HttpHandler, config: Partial<ListenerConfig> = {}) {
  const clock = createManualClock()
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  const log = { debug: write, info: write, warn: write, error: write }
  const use = () => Promise.reject(new Error('nothing to use'))
  const options = { config: { ...defaults, ...config }, clock, log, handler, context: { use }, certificate: undefined }
  const listener = new Listener(options)
  await listener.open(new AbortController().signal)
  onTestFinished(() => listener.close(AbortSignal.abort()))
  const stop = new AbortController()
  return {
    listener,
    clock,
    lines,
    stop,
    close: () => listener.close(stop.signal),
    connect: () => openSocket(listener.port),
  }
}

/** A handler that answers when it is told to, and says when it was called. */
function slowHandler() {
  const calls: Deferred<void>[] = []
  const called = deferred<void>()
  const handler: HttpHandler = async (_request, response) => {
    const call = deferred<void>()
    calls.push(call)
    called.resolve()
    await call.promise
    response.end('done')
  }
  return { handler, called: called.promise, answer: () => calls.forEach((call) => call.resolve()) }
}

/** Resolves when something waits for the clock. */
async function timerOf(clock: ManualClock): Promise<void> {
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
}

describe('a listener', () => {
  it('takes a free port for 0 and says where it listens', async () => {
    const { listener, connect } = await openListener((_request, response) => response.end('hello'))
    expect(listener.port).toBeGreaterThan(0)
    expect(listener.url).toBe(`http://127.0.0.1:${listener.port}`)
    const client = await connect()
    client.send(get)
    expect(await client.until('hello')).toContain('HTTP/1.1 200 OK')
  })

  it('answers 500 without the reason when its handler throws, and goes on', async () => {
    const { connect, lines } = await openListener((request, response) => {
      if (request.url === '/bad') throw new Error('hunter2')
      response.end('fine')
    })
    const client = await connect()
    client.send('GET /bad HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(await client.until('Internal Server Error\n')).toContain('HTTP/1.1 500')
    expect(client.text).not.toContain('hunter2')
    expect(lines).toEqual(['A GET request failed: hunter2'])
    client.send(get)
    await client.until('fine')
  })

  it('ends the connection when its handler rejects in the middle of a response', async () => {
    const sent = deferred<void>()
    const { connect } = await openListener(async (_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half')
      await sent.promise
      throw new Error('broken')
    })
    const client = await connect()
    client.send(get)
    await client.until('half')
    sent.resolve()
    expect(await client.ended).toMatch(/half$/)
  })

  it('leaves a response alone that was whole before its handler threw', async () => {
    const { connect } = await openListener((_request, response) => {
      response.end('whole')
      throw new Error('afterwards')
    })
    const client = await connect()
    client.send(get)
    await client.until('whole')
    client.send(get)
    await client.until('whole', 2)
  })

  it('goes on when a handler writes after the end of its response', async () => {
    const { connect, lines } = await openListener((_request, response) => {
      response.end('whole')
      response.write('more')
    })
    const client = await connect()
    client.send(get)
    await client.until('whole')
    client.send(get)
    await client.until('whole', 2)
    expect(lines).toEqual(['A response failed: write after end', 'A response failed: write after end'])
  })

  it('applies other times and limits to connections that are open', async () => {
    const { listener, connect } = await openListener((_request, response) => response.end('.'))
    const client = await connect()
    client.send(get)
    await client.until('Keep-Alive: timeout=5\r\n')
    listener.apply({ ...defaults, keepAliveTimeout: 9_000 })
    client.send(get)
    await client.until('Keep-Alive: timeout=9\r\n')
    listener.apply({ ...defaults, maxRequestsPerConnection: 1 })
    client.send(get)
    await client.until(lastOne)
  })

  it('refuses connections beyond the limit, and no longer once it is lifted', async () => {
    const { listener, connect } = await openListener((_request, response) => response.end('.'), { maxConnections: 1 })
    const first = await connect()
    first.send(get)
    await first.until('200 OK')
    expect(await (await connect()).ended).toBe('')
    listener.apply(defaults)
    const second = await connect()
    second.send(get)
    await second.until('200 OK')
  })

  it('gives up on a request that does not arrive in time', async () => {
    const { listener, connect } = await openListener((_request, response) => response.end('.'))
    listener.apply({ ...defaults, requestTimeout: 10, headersTimeout: 10 })
    const client = await connect()
    client.send('GET / HTTP/1.1\r\nHost:')
    expect(await client.ended).toContain('408 Request Timeout')
  })

  it('refuses a port that is taken, and leaves nothing open', async () => {
    const { listener } = await openListener(() => {})
    await expect(openListener(() => {}, { port: listener.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('a listener that stops', () => {
  it('accepts nothing more, finishes what it is answering and says that it was the last', async () => {
    const slow = slowHandler()
    const { close, connect, listener, clock } = await openListener(slow.handler)
    const client = await connect()
    client.send(get)
    await slow.called
    expect(listener.activeRequests).toBe(1)
    const closing = close()
    await expect(connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    slow.answer()
    const answer = await client.ended
    expect(answer).toContain(lastOne)
    expect(answer).toMatch(/done$/)
    await closing
    expect(listener.activeRequests).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('sends a response to its last byte that was written but not yet taken', async () => {
    const size = 30_000_000
    const { close, connect, clock } = await openListener((_request, response) => response.end(Buffer.alloc(size, 'x')))
    const client = await connect()
    client.send(get)
    await client.until('HTTP/1.1 200')
    client.socket.pause()
    const closing = close()
    client.socket.resume()
    await timerOf(clock)
    await clock.advance(500)
    const body = (await client.ended).split('\r\n\r\n')[1]
    expect(body?.length).toBe(size)
    await closing
  })

  it('answers a request that was on its way over an idle connection, as the last one', async () => {
    const { close, connect, clock } = await openListener((_request, response) => response.end('done'))
    const client = await connect()
    await clock.advance(10_000)
    client.send(get)
    await client.until('done')
    const closing = close()
    await clock.advance(499)
    client.send(get)
    const answers = await client.ended
    expect(answers.split('done')).toHaveLength(3)
    expect(answers.split(lastOne)).toHaveLength(2)
    await closing
    expect(clock.pending).toBe(0)
  })

  it('answers a request that was on its way over a connection that had been idle for long', async () => {
    const { clock, connect, close } = await openListener((_request, response) => response.end('done'))
    const client = await connect()
    client.send(get)
    await client.until('done')
    await clock.advance(60_000)
    const closing = close()
    client.send(get)
    expect((await client.ended).split('done')).toHaveLength(3)
    await closing
  })

  it('closes idle connections when the time for that is over', async () => {
    const { close, connect, clock } = await openListener((_request, response) => response.end('done'))
    const [silent, idle] = [await connect(), await connect()]
    idle.send(get)
    await idle.until('done')
    const closing = close()
    await clock.advance(500)
    await Promise.all([silent.ended, idle.ended, closing])
    expect(clock.pending).toBe(0)
  })

  it('closes a connection whose response had begun as if it would stay open', async () => {
    const begun = deferred<void>()
    const rest = deferred<void>()
    const { close, connect, clock } = await openListener(async (_request, response) => {
      response.write('begun')
      begun.resolve()
      await rest.promise
      response.end('done')
    })
    const client = await connect()
    client.send(get)
    await begun.promise
    const closing = close()
    rest.resolve()
    await client.until('done')
    await timerOf(clock)
    await clock.advance(500)
    await client.ended
    await closing
  })

  it('cuts off what is not done at its deadline, and says how much', async () => {
    const slow = slowHandler()
    const { close, connect, stop, lines } = await openListener(slow.handler)
    const client = await connect()
    client.send(get)
    await slow.called
    const closing = close()
    stop.abort()
    await client.ended
    await closing
    expect(lines).toEqual(["1 requests were cut off at the stop's deadline"])
    slow.answer()
  })

  it('ends at once when nobody is connected, and a second time too', async () => {
    const { close, clock } = await openListener(() => {})
    await close()
    await close()
    expect(clock.pending).toBe(0)
  })
})
