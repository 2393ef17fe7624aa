import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type Deferred, deferred } from '../../primitives/concurrency/deferred.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'
import { createRecording } from '../../testing/recording-module.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import {
  type HttpClient,
  type HttpClientConfig,
  httpClientModule,
  httpClientSchema,
  httpClientsModule,
} from './http-client.ts'

/** A server on a free port that answers with its own name. */
async function openServer(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer((request, response) => void answer(request, response))
  const connections = { open: 0, ever: 0 }
  server.on('connection', (socket) => {
    connections.open += 1
    connections.ever += 1
    socket.once('close', () => {
      connections.open -= 1
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    const closed = new Promise((resolve) => {
      server.close(resolve)
    })
    server.closeAllConnections()
    await closed
  })
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, connections }
}

async function text(client: HttpClient, path = '/'): Promise<string> {
  const { body } = await client.request({ method: 'GET', path })
  return body.text()
}

describe('an HTTP client', () => {
  const config = defineConfig(z.object({ upstream: httpClientSchema, later: dynamic(z.number().default(0)) }))

  async function openPlane(upstream: { url: string }) {
    const client = httpClientModule({ config: config.section('upstream') })
    const recording = createRecording()
    const later = recording.module({ name: 'later', config: config.section('later'), dependsOn: [client] })
    const plane = await createTestPlane(config, { tree: { upstream }, modules: [client, later] })
    onTestFinished(async () => void (await plane.close()))
    return { plane, client, recording }
  }

  it('moves to another server under load, and no request fails', async () => {
    const [a, b] = [
      await openServer((_, response) => response.end('a')),
      await openServer((_, response) => response.end('b')),
    ]
    const { plane, client } = await openPlane({ url: a.url })
    const counts = { a: 0, b: 0 }
    const done = deferred<void>()
    const load = Array.from({ length: 20 }, async () => {
      while (counts.b < 200) {
        const answer = await plane.use(client, (upstream) => text(upstream))
        counts[answer as 'a' | 'b'] += 1
        if (counts.a === 200) done.resolve()
      }
    })
    await done.promise
    const outcome = await plane.set({ upstream: { url: b.url } })
    expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'client', action: 'replaced' }))
    await Promise.all(load)
    expect(counts.b).toBeGreaterThanOrEqual(200)
    await until(() => a.connections.open === 0)
  })

  it('lets a request end over the old connections that began before the change', async () => {
    const answer = deferred<void>()
    const called = deferred<void>()
    const a = await openServer(async (_, response) => {
      response.write('begun ')
      called.resolve()
      await answer.promise
      response.end('done')
    })
    const { plane, client } = await openPlane({ url: a.url })
    const user = plane.use(client, (upstream) => text(upstream))
    await called.promise
    expect((await plane.set({ upstream: { url: a.url, connections: 1 } })).status).toBe('full_success')
    answer.resolve()
    expect(await user).toBe('begun done')
  })

  it('goes back to the connections it had when a later module fails', async () => {
    const a = await openServer((_, response) => response.end('a'))
    const { plane, client, recording } = await openPlane({ url: a.url })
    const before = await plane.use(client, async (upstream) => {
      await text(upstream)
      return upstream
    })
    recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
    const outcome = await plane.set({ upstream: { url: 'http://127.0.0.1:1' }, later: 1 })
    expect(outcome.status).toBe('rolled_back')
    expect(await plane.use(client, (upstream) => upstream)).toBe(before)
    expect(await plane.use(client, (upstream) => text(upstream))).toBe('a')
    expect(a.connections.open).toBe(a.connections.ever)
  })

  it.each([
    ['127.0.0.1:80', /expected http or https|expected a URL/],
    ['ftp://127.0.0.1', /expected http or https, received ftp/],
    ['http://user:hunter2@127.0.0.1', /has a user or password/],
    ['http://127.0.0.1/api?key=hunter2', /has more than scheme, host and port/],
    ['http://', /expected a URL/],
  ])('refuses %s, and shows nothing of it', async (url, message) => {
    const a = await openServer((_, response) => response.end('a'))
    const { plane, client } = await openPlane({ url: a.url })
    const outcome = await plane.set({ upstream: { url } })
    expect(outcome).toMatchObject({
      status: 'validation_failed',
      problems: [{ path: 'upstream.url', message: expect.stringMatching(message) }],
    })
    expect(JSON.stringify(outcome.problems)).not.toContain('hunter2')
    expect(await plane.use(client, (upstream) => text(upstream))).toBe('a')
  })

  it('refuses authorities that are no certificates', async () => {
    const { plane } = await openPlane({ url: 'http://127.0.0.1:1' })
    const outcome = await plane.set({ upstream: { url: 'http://127.0.0.1:1', ca: 'hunter2' } })
    expect(outcome).toMatchObject({
      problems: [{ path: 'upstream.ca', message: expect.stringMatching(/^cannot be parsed/) }],
    })
  })

  it('cuts off at its deadline what a server never answers', async () => {
    const called = deferred<void>()
    const a = await openServer(() => called.resolve())
    const client = httpClientModule({ config: config.section('upstream'), stopTimeout: 20 })
    const plane = await createTestPlane(config, {
      tree: { upstream: { url: a.url } },
      modules: [client],
      reload: { drainTimeout: 20 },
    })
    const failed = plane.use(client, (upstream) => text(upstream)).catch((error: Error) => error.name)
    await called.promise
    await plane.close()
    expect(await failed).toMatch(/Error/)
  })

  it('gives back what its types promise', () => {
    expectTypeOf<z.output<typeof httpClientSchema>>().toExtend<HttpClientConfig>()
  })
})

describe('HTTP clients', () => {
  it('start, change and drain one by one, and the others are not touched', async () => {
    const config = defineConfig(z.object({ upstreams: z.record(z.string(), httpClientSchema) }))
    const calls: Deferred<void>[] = []
    const called = deferred<void>()
    const blue = await openServer(async (_, response) => {
      const call = deferred<void>()
      calls.push(call)
      called.resolve()
      await call.promise
      response.end('blue')
    })
    const green = await openServer((_, response) => response.end('green'))
    const upstreams = httpClientsModule({ config: config.section('upstreams') })
    const plane = await createTestPlane(config, {
      tree: { upstreams: { blue: { url: blue.url } } },
      modules: [upstreams],
    })
    onTestFinished(async () => void (await plane.close()))

    const untouched = await plane.use(upstreams.at('blue'), (client) => client)
    const added = await plane.set({ upstreams: { blue: { url: blue.url }, green: { url: green.url } } })
    expect(added.modules).toContainEqual(expect.objectContaining({ module: 'clients["green"]', action: 'started' }))
    expect(await plane.use(upstreams.at('green'), (client) => text(client))).toBe('green')
    const changed = await plane.set({
      upstreams: { blue: { url: blue.url }, green: { url: green.url, connections: 2 } },
    })
    expect(changed.modules).toContainEqual(expect.objectContaining({ module: 'clients["green"]', action: 'replaced' }))
    expect(await plane.use(upstreams.at('blue'), (client) => client)).toBe(untouched)

    const slow = plane.use(upstreams.at('blue'), (client) => text(client))
    await called.promise
    await plane.set({ upstreams: { green: { url: green.url, connections: 2 } } })
    await expect(plane.use(upstreams.at('blue'), (client) => client)).rejects.toThrow('does not run')
    for (const call of calls) call.resolve()
    expect(await slow).toBe('blue')
    const refused = await plane.set({ upstreams: { green: { url: 'nowhere' } } })
    expect(refused).toMatchObject({ problems: [{ path: 'upstreams.green.url' }] })
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('the health of a client', () => {
  const config = defineConfig(z.object({ upstreams: dynamic(z.record(z.string(), httpClientSchema)) }))

  it('asks each server, and takes 500 and no answer for a failure of what all instances share', async () => {
    const asked: string[] = []
    const sound = await openServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(404).end('no such page')
    })
    const broken = await openServer((_, response) => response.writeHead(500).end())
    const clients = httpClientsModule({ config: config.section('upstreams'), health: { path: '/ping', fall: 1 } })
    const tree = { upstreams: { broken: { url: broken.url }, sound: { url: sound.url } } }
    const plane = await createTestPlane(config, { tree, modules: [clients] })
    onTestFinished(async () => void (await plane.close()))
    const { reports, readiness } = await plane.health.check({ fresh: true })
    const found = reports.filter(({ module }) => module === 'clients')
    expect(found.map(({ component, status, message }) => [component, status, message])).toEqual([
      ['broken', 'unhealthy', 'GET /ping answered 500'],
      ['sound', 'healthy', undefined],
    ])
    expect(asked).toContain('GET /ping')
    expect(readiness.status).toBe('degraded')
  })

  it('asks nothing where nobody asked for it', () => {
    expect(httpClientsModule({ config: config.section('upstreams') }).definition.health).toBeUndefined()
  })
})
