import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import express from 'express'
import Fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createTenantContext } from '../context.ts'
import type { TenantId } from '../tenant-id.ts'
import type { TenantMiddlewareOptions } from './admission.ts'
import { tenantPlugin } from './fastify-plugin.ts'
import { tenantFetch } from './fetch-middleware.ts'
import { tenantMiddleware } from './node-middleware.ts'
import type { TenantPlace } from './tenant-place.ts'

const context = createTenantContext({ tenantOf: (id) => ({ id, config: {} }) })
const states = new Map<string, 'active' | 'suspended'>([
  ['acme', 'active'],
  ['beta', 'active'],
  ['idle', 'suspended'],
])
const tenants = { ...context, stateOf: (id: TenantId) => states.get(id) ?? ('unknown' as const) }
const current = () => context.current()?.id ?? 'nobody'
const options = { tenants, from: { header: 'x-tenant' }, authorize: (tenant: string) => tenant !== 'evil' }

/** Serves until the test ends. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  await once(server, 'listening')
  // An address of TCP is an object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Ask = (headers?: Record<string, string>, body?: string) => Promise<Response>

const asker =
  (url: string): Ask =>
  (headers = {}, body) =>
    fetch(url, {
      headers: { ...headers, connection: 'close' },
      ...(body === undefined ? {} : { method: 'POST', body }),
    })

/** The same handler behind the middleware of each shape: says who it runs for, before and after the body. */
const shapes: Readonly<Record<string, (given: TenantMiddlewareOptions<unknown>) => Promise<Ask>>> = {
  async node(given) {
    const middleware = tenantMiddleware(given)
    const url = await serve((request, response) => middleware(request, response, () => void answer(request, response)))
    return asker(url)
  },
  async express(given) {
    const app = express()
    app.use(tenantMiddleware(given))
    app.use(express.text({ type: '*/*' }))
    app.use((request, response) => {
      const seen = current()
      // The body has been read by then, by somebody who knows nothing of tenants.
      response.end(JSON.stringify([seen, current(), typeof request.body === 'string' ? request.body : '']))
    })
    return asker(await serve(app))
  },
  async fastify(given) {
    const app = Fastify()
    await app.register(tenantPlugin(given))
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    app.removeContentTypeParser('text/plain')
    const seen: string[] = []
    app.addHook('preHandler', (_request, _reply, done) => {
      seen[0] = current()
      done()
    })
    const answerOf = (body: unknown) => [seen[0], current(), typeof body === 'string' ? body : '']
    app.all('*', (request) => turn().then(() => answerOf(request.body)))
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(() => app.close())
    return asker(url)
  },
  async fetch(given) {
    const middleware = tenantFetch(given)
    return (headers = {}, body) => {
      const request = new Request('http://x.example.com/t/acme', {
        headers,
        ...(body === undefined ? {} : { method: 'POST', body }),
      })
      return middleware(request, async () => {
        const before = current()
        const read = await request.text()
        return Response.json([before, current(), read])
      })
    }
  },
}

async function answer(request: IncomingMessage, response: { end(text: string): unknown }): Promise<void> {
  const seen = [current()]
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise<void>((resolve) => {
    request.on('end', () => {
      seen.push(current())
      resolve()
    })
  })
  response.end(JSON.stringify([...seen, Buffer.concat(chunks).toString()]))
}

describe.each(Object.entries(shapes))('the middleware for %s', (_, shape) => {
  // Each shape takes its own kind of request, of which these tests need nothing.
  const make = (given: object = {}) => shape({ ...options, ...given })

  it('runs the handler inside the tenant, with and without a body', async () => {
    const ask = await make()
    await expect((await ask({ 'x-tenant': 'acme' })).json()).resolves.toEqual(['acme', 'acme', ''])
    await expect((await ask({ 'x-tenant': 'beta' }, 'hello')).json()).resolves.toEqual(['beta', 'beta', 'hello'])
    expect(current()).toBe('nobody')
  })

  it.each([
    [{}, 400, 'tenant_not_named'],
    [{ 'x-tenant': 'a/b' }, 400, 'tenant_context_invalid'],
    [{ 'x-tenant': 'acme, beta' }, 400, 'tenant_context_invalid'],
    [{ 'x-tenant': 'evil' }, 403, 'tenant_forbidden'],
    [{ 'x-tenant': 'nobody' }, 404, 'tenant_unknown'],
    [{ 'x-tenant': 'idle' }, 403, 'tenant_suspended'],
  ])('refuses %j with %i and a problem document', async (headers: Record<string, string>, status, code) => {
    const ask = await make()
    const response = await ask(headers)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const problem: unknown = await response.json()
    expect(problem).toEqual({
      type: `urn:trimtab:error:${code}`,
      title: expect.any(String),
      status,
      code,
      detail: expect.any(String),
    })
    expect(JSON.stringify(problem)).not.toContain(headers['x-tenant'] ?? 'x-tenant')
  })

  it('asks another directory where it is given one', async () => {
    const ask = await make({ directory: { stateOf: (id: string) => (id === 'nobody' ? 'active' : 'unknown') } })
    expect((await ask({ 'x-tenant': 'acme' })).status).toBe(404)
    await expect((await ask({ 'x-tenant': 'nobody' })).json()).resolves.toEqual(['nobody', 'nobody', ''])
  })

  it('serves suspended tenants where it is told to', async () => {
    const ask = await make({ suspended: 'serve' })
    await expect((await ask({ 'x-tenant': 'idle' })).json()).resolves.toEqual(['idle', 'idle', ''])
  })

  it('tells those who may not in one and the same way whether there is such a tenant', async () => {
    const ask = await make({ authorize: () => false })
    const [known, unknown, suspended] = await Promise.all(
      ['acme', 'nobody', 'idle'].map(async (tenant) => {
        const response = await ask({ 'x-tenant': tenant })
        return [response.status, await response.text()]
      }),
    )
    expect(known).toEqual([403, expect.any(String)])
    expect([unknown, suspended]).toEqual([known, known])
  })

  it.each([
    ['throws', () => Promise.reject(new Error('no'))],
    ['throws null', () => Promise.reject(null)],
    ['says something that is not true', () => 'yes'],
    ['says nothing', () => undefined],
  ])('refuses when authorize %s', async (_name, authorize) => {
    const errors: unknown[] = []
    const ask = await make({
      authorize,
      onError: (error: unknown) => {
        errors.push(error)
        throw new Error('no')
      },
    })
    expect((await ask({ 'x-tenant': 'acme' })).status).toBe(403)
    expect(errors.length).toBeLessThan(2)
  })

  it('refuses at its deadline when authorize hangs, and aborts its signal', async () => {
    const clock = createManualClock()
    let signal: AbortSignal | undefined
    const ask = await make({
      clock,
      timeout: 200,
      authorize: (_tenant: string, _request: unknown, given: AbortSignal) => {
        signal = given
        return new Promise(() => {})
      },
    })
    const asked = ask({ 'x-tenant': 'acme' })
    while (signal === undefined) await turn()
    await clock.advance(200)
    expect((await asked).status).toBe(504)
    expect(signal.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('answers 500 when nobody can say which tenants there are', async () => {
    const stateOf = () => {
      throw new Error('no')
    }
    const ask = await make({ tenants: { ...tenants, stateOf } })
    const response = await ask({ 'x-tenant': 'acme' })
    expect(response.status).toBe(500)
    await expect(response.json()).resolves.toMatchObject({ code: 'internal' })
  })

  it('asks a claim as well, which may take a while, and refuses when it throws', async () => {
    const ask = await make({ from: { claim: async () => 'beta' } })
    await expect((await ask()).json()).resolves.toEqual(['beta', 'beta', ''])
    const throwing = await make({
      from: {
        claim: () => {
          throw new Error('no')
        },
      },
    })
    expect((await throwing()).status).toBe(403)
    const empty = await make({ from: { claim: () => null } })
    expect((await empty()).status).toBe(400)
  })

  it.each([
    [{ authorize: undefined }, 'authorize of the tenant middleware is required'],
    [{ authorize: true }, 'authorize of the tenant middleware is required'],
    [{ tenants: undefined }, 'The option tenants'],
    [{ tenants: context }, 'The option directory'],
    [{ directory: {} }, 'The option directory'],
    [{ from: undefined }, 'The option from'],
    [{ from: { header: 'a b' } }, "header's name"],
    [{ from: { header: 'a', path: '/:tenant' } }, 'has to be one of'],
    [{ from: { host: 'example.com' } }, 'a host in lower case'],
    [{ from: { path: '/t' } }, 'one segment :tenant'],
    [{ from: { path: ':tenant' } }, 'one segment :tenant'],
    [{ from: { path: '/:tenant/:tenant' } }, 'one segment :tenant'],
    [{ from: { claim: 'sub' } }, 'has to be one of'],
    [{ timeout: 0 }, 'The option timeout'],
    [{ suspended: 'allow' }, 'The option suspended'],
  ])('refuses the options %j', async (given, message) => {
    const refused = { code: 'option_invalid', message: expect.stringContaining(message) }
    await expect((async () => make(given))()).rejects.toMatchObject(refused)
  })
})

describe('a request on a socket that is used again', () => {
  it('runs for its own tenant alone, also when it was sent before the earlier one was answered', async () => {
    const seen: string[] = []
    const middleware = tenantMiddleware(options)
    const url = await serve((request, response) => {
      seen.push(`raw ${current()}`)
      if (request.headers['x-tenant'] === undefined) {
        response.end(current())
        return
      }
      middleware(request, response, () => void answer(request, response))
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const ask = (tenant: string | undefined, body: string) =>
      `POST / HTTP/1.1\r\nhost: x\r\n${tenant === undefined ? '' : `x-tenant: ${tenant}\r\n`}content-length: ${body.length}\r\n\r\n${body}`
    socket.write(ask('acme', '1') + ask(undefined, '2') + ask('beta', '3') + ask(undefined, '4') + ask('acme', '5'))
    let received = ''
    socket.setEncoding('utf8')
    for await (const chunk of socket) {
      received += String(chunk)
      if (received.includes('"5"')) break
    }
    socket.destroy()
    expect(received.match(/\[.*?\]|nobody/g)).toEqual([
      '["acme","acme","1"]',
      'nobody',
      '["beta","beta","3"]',
      'nobody',
      '["acme","acme","5"]',
    ])
    expect(seen).toEqual(Array.from({ length: 5 }, () => 'raw nobody'))
  })

  it('is not begun for somebody who has gone', async () => {
    const admitted = deferred<boolean>()
    const begun: string[] = []
    const middleware = tenantMiddleware({ ...options, authorize: () => admitted.promise })
    const closed: Promise<unknown>[] = []
    const url = await serve((request, response) => {
      closed.push(once(response, 'close'))
      middleware(request, response, () => begun.push(current()))
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nx-tenant: acme\r\n\r\n')
    while (closed.length === 0) await turn()
    socket.destroy()
    await closed[0]
    admitted.resolve(true)
    await turn()
    expect(begun).toEqual([])
  })
})

describe('the place of a tenant', () => {
  const at = async (from: TenantPlace<Request>, url: string, headers: Record<string, string> = {}) => {
    const middleware = tenantFetch({ tenants, from, authorize: () => true })
    const response = await middleware(new Request(url, { headers }), () => new Response(current()))
    return response.status === 200 ? response.text() : response.status
  }
  it.each([
    [{ host: '*.example.com' }, 'http://acme.example.com/', 'acme'],
    [{ host: '*.example.com' }, 'http://ACME.example.com.:8080/', 'acme'],
    [{ host: '*.example.com' }, 'http://example.com/', 400],
    [{ host: '*.example.com' }, 'http://a.acme.example.com/', 400],
    [{ host: '*.example.com' }, 'http://acme.example.com.evil.org/', 400],
    [{ host: '*.example.com' }, 'http://acmeexample.com/', 400],
    [{ path: '/t/:tenant' }, 'http://x/t/acme', 'acme'],
    [{ path: '/t/:tenant' }, 'http://x/t/acme/orders?x=/t/beta', 'acme'],
    [{ path: '/t/:tenant' }, 'http://x/t/%61cme', 'acme'],
    [{ path: '/t/:tenant' }, 'http://x/t/', 400],
    [{ path: '/t/:tenant' }, 'http://x/t', 400],
    [{ path: '/t/:tenant' }, 'http://x/u/acme', 400],
    [{ path: '/t/:tenant' }, 'http://x/t/beta/../acme', 'acme'],
    [{ path: '/t/:tenant' }, 'http://x/t/beta%2f..%2facme', 400],
    [{ path: '/t/:tenant' }, 'http://x/t/%E0%A4%A', 400],
    [{ path: '/:tenant/orders' }, 'http://x/acme/orders/1', 'acme'],
    [{ path: '/:tenant/orders' }, 'http://x/acme/other', 400],
    [{ path: '/t/:tenant' }, 'http://x/t/nobody', 404],
  ])('%j of %s is %j', async (from, url, expected) => {
    await expect(at(from, url)).resolves.toBe(expected)
  })

  it('is not found where a router could see another path than the middleware', async () => {
    const middleware = tenantMiddleware({ ...options, from: { path: '/t/:tenant' } })
    const url = await serve((request, response) => middleware(request, response, () => response.end(current())))
    for (const path of ['/t/acme/../beta', '/t/acme/%2e%2e/beta', '/t/acme/..', '/t/acme\\..\\beta']) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
      expect(await text(socket), path).toMatch(/^HTTP\/1.1 400/)
    }
  })

  it('is the whole path of express, also where a part of it was taken away', async () => {
    const app = express()
    const router = express.Router()
    router.use(tenantMiddleware({ ...options, from: { path: '/t/:tenant' } }))
    router.use((_request, response) => void response.end(current()))
    app.use('/t', router)
    const response = await fetch(`${await serve(app)}/t/acme/orders`, { headers: { connection: 'close' } })
    await expect(response.text()).resolves.toBe('acme')
  })
})
