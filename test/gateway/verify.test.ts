import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject, Module } from 'trimtab'
import type { Cache } from 'trimtab/parts'
import { verifyModule, type VerifyModuleOptions } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { config } from '../../examples/gateway/src/config.ts'
import { tls } from '../../examples/gateway/src/modules/certificate.ts'
import { jobs } from '../../examples/gateway/src/modules/jobs.ts'
import { limiter } from '../../examples/gateway/src/modules/limiter.ts'
import { listener } from '../../examples/gateway/src/modules/listener.ts'
import { logger } from '../../examples/gateway/src/modules/logger.ts'
import { responses, type StoredResponse } from '../../examples/gateway/src/modules/responses.ts'
import { routes } from '../../examples/gateway/src/modules/routes.ts'
import { upstreams } from '../../examples/gateway/src/modules/upstreams.ts'
import { usage } from '../../examples/gateway/src/modules/usage.ts'
import { createTestPair } from '../support/certificates.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Generous, as the machine may be busy: what these modules do wrong, they do at any speed. */
const limits = { deadline: 5_000, grace: 2_000, blocked: 500, budget: 60_000 }

const traffic = (upstream: string, url = 'http://127.0.0.1:1'): JsonObject => ({
  upstreams: { blue: { url }, green: { url, connections: upstream === 'green' ? 2 : 1 } },
  routes: { orders: { match: '/orders/*', upstream } },
})

function verify<R>(
  module: Module<R>,
  sections: readonly JsonObject[],
  options: Pick<VerifyModuleOptions<R>, 'observe' | 'overlays'> = {},
) {
  const trees = sections.map((section) => ({ traffic: traffic('blue'), ...section }))
  return verifyModule(module, { config, trees, ...options, ...limits })
}

test('nothing is found of the logger', async () => {
  const destination = `${tempFolder()}/log`
  const sections = ['info', 'debug'].map((level) => ({ log: { level, destination } }))
  expect(await verify(logger, sections, { observe: ({ pino }) => pino.level })).toEqual([])
})

test('nothing is found of the limiter, nor of what it does for tenants', async () => {
  const sections = [{ limits: { requestsPerSecond: 10 } }, { limits: { requestsPerSecond: 20 } }]
  const overlays = [{ limits: { requestsPerSecond: 30 } }, { limits: { burst: 40 } }]
  const observe = (buckets: { take(key: string, cost: number): object }) =>
    ['somebody', 'verified'].map((key) => ({ ...buckets.take(key, 0) }))
  expect(await verify(limiter, sections, { observe, overlays })).toEqual([])
})

test('nothing is found of the upstreams', async () => {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  // A server that listens on a port has an address of this kind.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sections = ['blue', 'green'].map((upstream) => ({ traffic: traffic(upstream, url) }))
  const observe = (all: ReadonlyMap<string, { origin: string }>) => [...all].map(([key, { origin }]) => [key, origin])
  expect(await verify(upstreams, sections, { observe })).toEqual([])
})

test('nothing is found of the routes', async () => {
  const sections = [{ traffic: traffic('blue') }, { traffic: traffic('green') }]
  expect(await verify(routes, sections)).toEqual([])
})

test('nothing is found of the cache of responses', async () => {
  const sections = [{ responses: { maxEntries: 1 } }, { responses: { maxEntries: 2, maxBytes: '1MiB' } }]
  const response = { tenant: 'acme', status: 200, headers: {}, body: Buffer.from('answer') }
  const observe = (cache: Cache<StoredResponse>) => {
    for (const key of ['a', 'b']) cache.set(key, response)
    return ['a', 'b'].map((key) => cache.get(key) !== undefined)
  }
  expect(await verify(responses, sections, { observe })).toEqual([])
})

test('nothing is found of the usage, nor of the jobs that tell it', async () => {
  expect(await verify(usage, [{}, { log: { level: 'debug' } }])).toEqual([])
  const sections = [{ jobs: { usage: { cron: '0 0 1 1 *' } } }, { jobs: { usage: { cron: '0 0 1 2 *' } } }]
  const observe = (all: ReadonlyMap<string, { next: number | undefined }>) =>
    [...all].map(([key, { next = 0 }]) => [key, next])
  expect(
    await verify(
      jobs(() => {}),
      sections,
      { observe },
    ),
  ).toEqual([])
})

test('nothing is found of the listener and the certificate', async () => {
  const http = (fields: JsonObject) => ({ http: { port: 0, linger: '10ms', ...fields } })
  const module = listener((_, response) => response.end())
  const observe = ({ server }: { server: { keepAliveTimeout: number } }) => server.keepAliveTimeout
  expect(await verify(module, [http({}), http({ keepAliveTimeout: '1s' })], { observe })).toEqual([])
  const pairs = ['one', 'other'].map((name) => createTestPair({ name }))
  const sections = pairs.map(({ cert, key }) => ({ tls: { cert, key } }))
  expect(await verify(tls, sections, { observe: ({ fingerprint }) => fingerprint })).toEqual([])
})
