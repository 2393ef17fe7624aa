import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { type HealthCheck, healthy, unhealthy } from '../check.ts'
import { temporary } from '../finding/temporary.ts'
import { compositeCheck } from './composite-check.ts'
import { diskCheck } from './disk-check.ts'
import { httpCheck, tcpCheck } from './network-checks.ts'
import { type PgPoolLike, pgPoolCheck } from './pg-pool-check.ts'
import { eventLoopCheck, heapCheck, judged } from './process-checks.ts'
import { functionCheck, staticCheck } from './simple-checks.ts'

const run = async (check: HealthCheck) => check.run({ signal: new AbortController().signal })
const refusalOf = (make: () => unknown): string => {
  try {
    make()
  } catch (error) {
    if (isTrimtabError(error, 'option_invalid')) return error.message
    throw error
  }
  throw new Error('it was not refused')
}

describe('checks of functions', () => {
  it('keep the role and timings they were given', () => {
    const check = functionCheck({ name: 'queue', test: () => true, optional: true, interval: 2_000 })
    expect(check).toMatchObject({ name: 'queue', optional: true, interval: 2_000 })
  })

  it('give what the function gives', async () => {
    expect(await run(functionCheck({ name: 'queue', test: () => unhealthy('full') }))).toEqual(unhealthy('full'))
    expect(await run(staticCheck({ name: 'search', finding: healthy('always') }))).toEqual(healthy('always'))
  })

  it('refuse what is no function', () => {
    // As plain JavaScript might.
    expect(refusalOf(() => functionCheck({ name: 'queue', test: 5 as never }))).toContain('needs a function')
  })
})

describe('a composite', () => {
  it('gives back what its parts hold, also when one throws', () => {
    const closed: string[] = []
    const part = (name: string) => ({
      name,
      run: () => true,
      close() {
        closed.push(name)
        throw new Error('no')
      },
    })
    compositeCheck({ name: 'both', checks: [part('a'), { name: 'plain', run: () => true }, part('b')] }).close?.()
    expect(closed).toEqual(['a', 'b'])
  })

  it('reports each part, also when one throws', async () => {
    const check = compositeCheck({
      name: 'upstreams',
      checks: [
        { name: 'eu', run: () => true },
        {
          name: 'us',
          run: () => {
            throw new Error('refused')
          },
        },
        { name: 'asia', run: () => Promise.reject(new Error('moving', { cause: temporary('for a while') })) },
        {
          name: 'pair',
          run: () => [
            { status: 'healthy', component: 'a' },
            { status: 'degraded', component: 'b' },
          ],
        },
        { name: 'off', run: () => false },
      ],
    })
    expect(await run(check)).toEqual([
      { status: 'healthy', component: 'eu' },
      { status: 'unhealthy', message: 'refused', component: 'us' },
      { status: 'degraded', message: 'moving', component: 'asia' },
      { status: 'healthy', component: 'pair/a' },
      { status: 'degraded', component: 'pair/b' },
      { status: 'unhealthy', component: 'off' },
    ])
  })

  it('refuses two parts of one name', () => {
    const part = staticCheck({ name: 'eu', finding: healthy() })
    expect(refusalOf(() => compositeCheck({ name: 'upstreams', checks: [part, part] }))).toContain(
      'two parts called eu',
    )
  })
})

describe('checks of the process', () => {
  it('compare a value with two bounds', () => {
    const bounds = { degradedAt: 0.5, unhealthyAt: 0.9 }
    expect([0.49, 0.5, 0.89, 0.9].map((value) => judged(value, bounds, '', {}).status)).toEqual([
      'healthy',
      'degraded',
      'degraded',
      'unhealthy',
    ])
  })

  it('see the heap', async () => {
    expect(await run(heapCheck())).toMatchObject({ status: 'healthy', details: { limit: expect.any(Number) } })
    expect(await run(heapCheck({ degradedAt: 1e-9, unhealthyAt: 1e-9 }))).toMatchObject({ status: 'unhealthy' })
  })

  it('measure the event loop from the first run on, and give the meter back', async () => {
    const check = eventLoopCheck()
    expect(await run(check)).toMatchObject({ status: 'healthy', message: 'measured from now on' })
    expect(await run(check)).toMatchObject({ details: { p99: expect.any(Number) } })
    check.close?.()
    check.close?.()
  })

  it('see the disk', async () => {
    expect(await run(diskCheck({ path: '/', degradedAt: 1, unhealthyAt: 1 }))).toMatchObject({ status: 'healthy' })
    expect(await run(diskCheck({ path: '/', degradedAt: 1e-9, unhealthyAt: 1e-9 }))).toMatchObject({
      status: 'unhealthy',
    })
    await expect(run(diskCheck({ path: '/no/such/place' }))).rejects.toThrow('ENOENT')
  })

  it('refuse bounds that cannot be', () => {
    expect(refusalOf(() => heapCheck({ degradedAt: 85 }))).toContain('degradedAt and unhealthyAt above 0 and up to 1')
    expect(refusalOf(() => heapCheck({ degradedAt: 0.99 }))).toContain('the first no greater than the second')
    expect(refusalOf(() => diskCheck({ path: '' }))).toContain('needs path')
  })
})

describe('checks of the network', () => {
  const open: Server[] = []
  afterEach(() => Promise.all(open.splice(0).map((server) => new Promise((closed) => server.close(closed)))))
  const serve = async (status: number) => {
    const server = createServer((_, response) =>
      response.writeHead(status, { connection: 'close' }).end('x'.repeat(99)),
    )
    open.push(server)
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    // A server that listens on a port has an address of this kind.
    return (server.address() as AddressInfo).port
  }

  it('see whether somebody listens', async () => {
    const port = await serve(200)
    expect(await run(tcpCheck({ host: '127.0.0.1', port }))).toEqual(healthy())
    await expect(run(tcpCheck({ host: '127.0.0.1', port: 1 }))).rejects.toThrow('ECONNREFUSED')
  })

  it('see what a URL answers', async () => {
    const [good, bad] = await Promise.all([serve(204), serve(503)])
    expect(await run(httpCheck({ url: `http://127.0.0.1:${good}/` }))).toEqual(healthy())
    expect(await run(httpCheck({ url: `http://127.0.0.1:${bad}/` }))).toEqual(unhealthy('answered 503'))
    expect(await run(httpCheck({ url: `http://127.0.0.1:${bad}/`, accept: (status) => status === 503 }))).toEqual(
      healthy(),
    )
  })

  it('end with their signal', async () => {
    const ended = AbortSignal.abort(new Error('too late'))
    const check = tcpCheck({ host: '127.0.0.1', port: await serve(200) })
    await expect(Promise.resolve(check.run({ signal: ended }))).rejects.toThrow()
  })

  it('are called after what they look at, without what could be secret', () => {
    expect(tcpCheck({ host: 'queue', port: 5672 }).name).toBe('tcp:queue:5672')
    expect(httpCheck({ url: 'http://inventory/readyz?token=hunter2' }).name).toBe('http:inventory/readyz')
    expect(refusalOf(() => httpCheck({ url: 'http://me:hunter2@inventory/' }))).not.toContain('hunter2')
    expect(refusalOf(() => httpCheck({ url: 'ftp://inventory/' }))).toContain('http: or https:')
    expect(refusalOf(() => tcpCheck({ host: 'queue', port: 0 }))).toContain('a port from 1 to 65535')
  })
})

describe('the check of a pg pool', () => {
  const pool = (counts: Partial<PgPoolLike>, query: () => Promise<unknown> = async () => []): PgPoolLike => ({
    totalCount: 4,
    idleCount: 4,
    waitingCount: 0,
    options: { max: 4 },
    query,
    ...counts,
  })

  it('asks the database, and is shared', async () => {
    expect(pgPoolCheck({ pool: pool({}) }).shared).toBe(true)
    expect(await run(pgPoolCheck({ pool: pool({}) }))).toMatchObject({
      status: 'healthy',
      details: { inUse: 0, max: 4 },
    })
    const down = pool({}, () => Promise.reject(new Error('refused')))
    await expect(run(pgPoolCheck({ pool: down }))).rejects.toThrow('refused')
  })

  it('says that the pool is full instead of waiting in its line', async () => {
    const full = pool({ idleCount: 0, waitingCount: 7 }, () => new Promise(() => {}))
    expect(await run(pgPoolCheck({ pool: full }))).toMatchObject({
      status: 'degraded',
      message: 'all 4 connections are in use and 7 wait',
    })
  })
})
