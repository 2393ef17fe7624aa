import { once } from 'node:events'
import type { Server as TlsServer } from 'node:https'
import { createServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { createTestPair, type TestPair } from '../../../../../test/support/certificates.ts'
import { openSocket, openTlsSocket, type RawSocket } from '../../../../../test/support/raw-socket.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'
import { createRecording } from '../../testing/recording-module.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import { rateLimiterModule, rateLimiterSchema } from '../rate-limiter/rate-limiter.ts'
import { tlsCertificateModule, tlsCertificateSchema } from '../tls-certificate/tls-certificate.ts'
import { type HttpListenerConfig, httpListenerModule, httpListenerSchema } from './http-listener.ts'

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** Resolves when a connection has answered one more request. */
async function ask(client: RawSocket<TLSSocket> | RawSocket): Promise<string> {
  const before = client.text
  client.send(get)
  const all = await client.until('\r\n0\r\n\r\n', before.split('\r\n0\r\n\r\n').length)
  return all.slice(before.length)
}

describe('an HTTP listener', () => {
  const schema = z.object({
    http: httpListenerSchema,
    limits: rateLimiterSchema,
    later: dynamic(z.number().default(0)),
  })
  const config = defineConfig(schema)

  async function openPlane(http: JsonObject = {}) {
    const limiter = rateLimiterModule({ config: config.section('limits') })
    const listener = httpListenerModule({
      config: config.section('http'),
      dependsOn: [limiter],
      handler: (request, response, { use }) =>
        use(limiter, (limits) => {
          const { remaining } = limits.take(request.socket.remoteAddress ?? '', 0)
          response.write(`${remaining} left`)
          response.end()
        }),
    })
    const recording = createRecording()
    const later = recording.module({ name: 'later', config: config.section('later'), dependsOn: [listener] })
    const tree = { http: { port: 0, linger: 0, ...http } }
    const plane = await createTestPlane(config, { tree, modules: [listener, later] })
    onTestFinished(async () => void (await plane.close()))
    const port = await plane.use(listener, (resource) => resource.port)
    const set = (changed: JsonObject) => plane.set({ ...tree, ...changed })
    return { plane, listener, recording, port, tree, set }
  }

  it('keeps its connections open over reloads of what its handler uses', async () => {
    const { plane, port, set } = await openPlane()
    const client = await openSocket(port)
    expect(await ask(client)).toContain('100 left')
    for (const burst of [5, 6, 7]) {
      expect((await set({ limits: { burst } })).status).toBe('full_success')
      expect(await ask(client)).toContain(`${burst} left`)
    }
    expect(plane.lastOutcome?.modules).toContainEqual(expect.objectContaining({ module: 'http', reason: 'unaffected' }))
  })

  it('changes its times in place, and takes them back when a later module fails', async () => {
    const { port, recording, set, tree } = await openPlane()
    const client = await openSocket(port)
    const changed = await set({ http: { ...tree.http, keepAliveTimeout: '9s' } })
    expect(changed.modules).toContainEqual(expect.objectContaining({ module: 'http', action: 'reloaded' }))
    expect(await ask(client)).toContain('timeout=9')
    recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
    const failed = await set({ http: { ...tree.http, keepAliveTimeout: '7s' }, later: 1 })
    expect(failed.status).toBe('rolled_back')
    expect(await ask(client)).toContain('timeout=9')
  })

  it('tells in its health whether it listens and has room', async () => {
    const { plane, listener, port, set, tree } = await openPlane({ maxConnections: 2 })
    const health = async () => {
      const { reports, readiness } = await plane.health.check({ fresh: true })
      expect(readiness.status).toBe('healthy')
      return reports.find(({ check }) => check === 'http')
    }
    await ask(await openSocket(port))
    const sound = { observed: 'healthy', optional: true, details: { activeRequests: 0, connections: 1 } }
    expect(await health()).toMatchObject(sound)
    await set({ http: { ...tree.http, maxConnections: 1 } })
    expect(await health()).toMatchObject({
      observed: 'degraded',
      message: 'it has all the connections it may have',
    })
    await plane.use(listener, ({ server }) => void server.close())
    expect(await health()).toMatchObject({ observed: 'unhealthy', message: 'it does not listen' })
  })

  it('keeps its port until a restart', async () => {
    const { port, set, tree, plane } = await openPlane()
    const outcome = await set({ http: { ...tree.http, port: 1 } })
    expect(outcome.pendingRestart).toMatchObject([{ path: 'http.port', configured: '1' }])
    expect(plane.config.http.port).toBe(0)
    expect(await ask(await openSocket(port))).toContain('left')
  })

  it('refuses headers that may take longer than the whole request', async () => {
    const { set, tree } = await openPlane()
    const outcome = await set({ http: { ...tree.http, headersTimeout: '6m' } })
    expect(outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ path: 'http.headersTimeout' }],
    })
  })

  it('refuses a port that is taken before anything starts', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const recording = createRecording()
    const early = recording.module({ name: 'early' })
    const listener = httpListenerModule({ config: config.section('http'), dependsOn: [early], handler: () => {} })
    const opening = createTestPlane(config, { tree: { http: { port } }, modules: [listener] })
    await expect(opening).rejects.toThrow(`http.port: module http: ${port} on 127.0.0.1 is taken`)
    expect(recording.resources).toEqual([])
  })

  it('refuses a host that is not of this machine', async () => {
    await expect(openPlane({ host: '192.0.2.1' })).rejects.toThrow('http.host: 192.0.2.1 is no address of this machine')
  })

  it('frees its port when the plane closes, whoever is connected', async () => {
    const { plane, port } = await openPlane()
    const client = await openSocket(port)
    await ask(client)
    expect((await plane.close()).unfinished).toEqual([])
    await client.ended
    await expect(openSocket(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('moves to another port where its schema and its module allow it, and back when a later module fails', async () => {
    const moving = defineConfig(z.object({ http: dynamic(httpListenerSchema), later: dynamic(z.number().default(0)) }))
    const listener = httpListenerModule({
      config: moving.section('http'),
      replace: 'cascade',
      handler: (_request, response) => {
        response.write('here')
        response.end()
      },
    })
    const recording = createRecording()
    const later = recording.module({ name: 'later', config: moving.section('later'), dependsOn: [listener] })
    const [first, second] = [await freePort(), await freePort()]
    const http = (port: number) => ({ http: { port, linger: 0 } })
    const plane = await createTestPlane(moving, { tree: http(first), modules: [listener, later] })
    onTestFinished(async () => void (await plane.close()))
    const outcome = await plane.set(http(second))
    expect(outcome.modules).toContainEqual(
      expect.objectContaining({ module: 'http', action: 'replaced', gap: expect.any(Number) }),
    )
    expect(await ask(await openSocket(second))).toContain('here')
    recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
    expect((await plane.set({ ...http(first), later: 1 })).status).toBe('rolled_back')
    expect(await ask(await openSocket(second))).toContain('here')
    await expect(openSocket(first)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('gives back what its types promise', () => {
    expectTypeOf<z.output<typeof httpListenerSchema>>().toExtend<HttpListenerConfig>()
  })
})

describe('an HTTPS listener', () => {
  const config = defineConfig(z.object({ http: httpListenerSchema, tls: tlsCertificateSchema }))
  const texts = ({ cert, key }: TestPair) => ({ cert, key })
  const subjectOf = ({ socket }: RawSocket<TLSSocket>) => socket.getPeerCertificate().subject.CN

  async function openPlane(tree: JsonObject) {
    const certificate = tlsCertificateModule({ config: config.section('tls') })
    const listener = httpListenerModule({
      config: config.section('http'),
      tls: certificate,
      handler: (_request, response) => {
        response.write('hello')
        response.end()
      },
    })
    const plane = await createTestPlane(config, { tree, modules: [listener] })
    onTestFinished(async () => void (await plane.close()))
    return {
      plane,
      ...(await plane.use(listener, ({ port, url, server }) => ({ port, url, server: server as TlsServer }))),
    }
  }

  it('shows a new certificate to new connections, and old connections go on', async () => {
    const http = { port: 0, linger: 0 }
    const { plane, port, url, server } = await openPlane({ http, tls: texts(createTestPair({ name: 'a' })) })
    expect(url).toBe(`https://127.0.0.1:${port}`)
    const old = await openTlsSocket(port)
    expect(subjectOf(old)).toBe('a')
    const swap = vi.spyOn(server, 'setSecureContext')
    expect(await ask(old)).toContain('hello')

    const b = createTestPair({ name: 'b' })
    expect((await plane.set({ http, tls: { ...texts(b), key: createTestPair({ name: 'c' }).key } })).status).toBe(
      'validation_failed',
    )
    expect(subjectOf(await openTlsSocket(port))).toBe('a')

    expect((await plane.set({ http, tls: texts(b) })).status).toBe('full_success')
    const fresh = await openTlsSocket(port)
    expect(subjectOf(fresh)).toBe('b')
    expect(await ask(fresh)).toContain('hello')
    expect(await ask(old)).toContain('hello')
    expect(subjectOf(old)).toBe('a')
    await openTlsSocket(port)
    expect(swap).toHaveBeenCalledTimes(1)
  })

  it('keeps its certificate when the section no longer names one, until a restart', async () => {
    const http = { port: 0, linger: 0 }
    const { plane, port } = await openPlane({ http, tls: texts(createTestPair({ name: 'a' })) })
    const outcome = await plane.set({ http, tls: {} })
    expect(outcome.pendingRestart).not.toEqual([])
    expect(subjectOf(await openTlsSocket(port))).toBe('a')
  })

  it('never falls back to plain HTTP by itself', async () => {
    await expect(openPlane({ http: { port: 0 } })).rejects.toThrow(
      'http.tls: expected false, as the module tls does not run',
    )
    const { port, url } = await openPlane({ http: { port: 0, linger: 0, tls: false } })
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect(await ask(await openSocket(port))).toContain('hello')
  })

  it('needs a certificate module when its configuration says HTTPS', async () => {
    const listener = httpListenerModule({ config: config.section('http'), handler: () => {} })
    const opening = createTestPlane(config, { tree: { http: { port: 0, tls: true } }, modules: [listener] })
    await expect(opening).rejects.toThrow('Give it the option tls')
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return typeof address === 'object' && address !== null ? address.port : 0
}
