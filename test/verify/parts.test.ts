import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Clock, defineConfig, defineModule, type JsonObject, type Module, perTenant } from 'trimtab'
import {
  type Cache,
  cacheModule,
  cacheSchema,
  httpClientModule,
  httpClientSchema,
  httpClientsModule,
  httpListenerModule,
  httpListenerSchema,
  loggerModule,
  loggerSchema,
  rateLimiterModule,
  rateLimiterSchema,
  type ScheduledJob,
  scheduledJobSchema,
  schedulerModule,
  tlsCertificateModule,
  tlsCertificateSchema,
} from 'trimtab/parts'
import { verifyModule, type VerifyModuleOptions } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../packages/trimtab/src/primitives/time/clock.ts'
import { named } from './workbench.ts'
import { createTestPair } from '../support/certificates.ts'
import { tempFolder } from '../support/temp-folder.ts'

const config = defineConfig(
  z.object({
    log: loggerSchema,
    http: httpListenerSchema,
    limits: perTenant(rateLimiterSchema),
    tls: tlsCertificateSchema,
    users: cacheSchema,
    jobs: z.record(z.string(), scheduledJobSchema).default({}),
    clients: z.record(z.string(), httpClientSchema).default({}),
    client: httpClientSchema.default({ url: 'http://127.0.0.1:1' } as never),
  }),
)

/** Generous, as the machine may be busy: what these modules do wrong, they do at any speed. */
const limits = { deadline: 5_000, grace: 2_000, blocked: 500, budget: 60_000 }

const verify = <R>(
  module: Module<R>,
  trees: readonly JsonObject[],
  observe: NonNullable<VerifyModuleOptions<R>['observe']>,
) => verifyModule(module, { config, trees, observe, ...limits })

async function listening(handler?: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('nothing is found of the logger', async () => {
  const folder = tempFolder()
  const log = (level: string, name: string) => ({ log: { level, destination: join(folder, name) } })
  const trees = [log('info', 'a.log'), log('debug', 'a.log'), log('warn', 'b.log')]
  const found = await verify(loggerModule({ config: config.section('log') }), trees, ({ pino }) => pino.level)
  expect(found).toEqual([])
})

test('nothing is found of the rate limiter', async () => {
  const trees = [
    { limits: { requestsPerSecond: 10 } },
    { limits: { requestsPerSecond: 0.5 } },
    { limits: { burst: 3 } },
  ]
  const overlays = [{ limits: { requestsPerSecond: 30 } }, { limits: { burst: 40 } }]
  const found = await verifyModule(rateLimiterModule({ config: config.section('limits') }), {
    ...{ config, trees, overlays, ...limits },
    observe: (limiter) => ['somebody', 'verified'].map((key) => limiter.take(key, 0)),
  })
  expect(found).toEqual([])
})

test('nothing is found of the cache', async () => {
  const module = cacheModule<string>({ config: config.section('users'), sizeOf: (value) => value.length })
  const trees = [{ users: {} }, { users: { maxEntries: 2 } }, { users: { maxBytes: '1KiB', ttl: '1s' } }]
  const observe = (cache: Cache<string>) => {
    for (const key of ['a', 'b', 'c']) cache.set(key, 'x'.repeat(500))
    return ['a', 'b', 'c'].map((key) => cache.get(key) ?? null)
  }
  expect(await verify(module, trees, observe)).toEqual([])
})

test('nothing is found of the scheduler', async () => {
  const jobs = { minutely: () => undefined, yearly: () => undefined }
  const module = schedulerModule({ config: config.section('jobs'), jobs })
  const trees = [
    { jobs: { yearly: { cron: '0 0 1 1 *' } } },
    {
      jobs: {
        yearly: { cron: '0 0 1 2 *', timezone: 'Europe/Zurich' },
        minutely: { cron: '* * * * *', enabled: false },
      },
    },
  ]
  const observe = (all: ReadonlyMap<string, ScheduledJob>) =>
    Object.fromEntries([...all].map(([key, { next }]) => [key, next ?? null]))
  expect(await verify(module, trees, observe)).toEqual([])
})

const observeListener = ({ server, host }: { server: object; host: string }) => {
  const { keepAliveTimeout, headersTimeout, requestTimeout, maxConnections } = server as Record<string, unknown>
  return { host, keepAliveTimeout, headersTimeout, requestTimeout, maxConnections }
}
const http = (fields: JsonObject) => ({ http: { port: 0, linger: '10ms', ...fields } })

test('nothing is found of the listener', async () => {
  const trees = [http({}), http({ keepAliveTimeout: '1s' }), http({ requestTimeout: '70s', maxConnections: 5 })]
  const module = httpListenerModule({ config: config.section('http'), handler: (_, response) => response.end() })
  expect(await verify(module, trees, observeListener)).toEqual([])
})

test('nothing is found of the listener with a certificate, nor of the certificate', async () => {
  const [one, other] = [createTestPair({ name: 'one' }), createTestPair({ name: 'other' })]
  const tls = tlsCertificateModule({ config: config.section('tls') })
  const trees = [
    { tls: { certFile: one.certFile, keyFile: one.keyFile }, ...http({}) },
    { tls: { cert: other.cert, key: other.key, minVersion: 'TLSv1.3' }, ...http({ keepAliveTimeout: '1s' }) },
  ]
  const observe = ({ fingerprint, context }: { fingerprint: string; context: { minVersion?: unknown } }) => {
    return { fingerprint, minVersion: context.minVersion }
  }
  expect(await verify(tls, trees, observe)).toEqual([])
  const module = httpListenerModule({ config: config.section('http'), tls, handler: (_, response) => response.end() })
  expect(await verify(module, trees, observeListener)).toEqual([])
})

test('nothing is found of the client, while it is used', async () => {
  const [one, other] = [await listening(), await listening()]
  const client = httpClientModule({ config: config.section('client') })
  const trees = [{ client: { url: one } }, { client: { url: other } }, { client: { url: one, connections: 2 } }]
  const found = await verify(client, trees, ({ origin }) => origin)
  expect(found).toEqual([])
})

test('nothing is found of a module that sends requests through clients, nor of those', async () => {
  const url = await listening((_, response) => void response.end('{}'))
  const clients = httpClientsModule({ config: config.section('clients'), health: {} })
  const trees = [{ clients: { a: { url }, b: { url } } }, { clients: { a: { url, connections: 3 }, c: { url } } }]
  const observe = (all: ReadonlyMap<string, { origin: string }>) => [...all].map(([key, { origin }]) => [key, origin])
  expect(await verify(clients, trees, observe)).toEqual([])
  const user = defineModule({
    name: 'user',
    config: config.section('clients'),
    dependsOn: [clients],
    start: ({ use, signal }) =>
      use(clients.at('a'), async (client) => {
        const { body } = await client.request({ method: 'GET', path: '/', signal })
        return body.json()
      }),
  })
  expect(await verify(user, trees, (answer) => answer)).toEqual([])
})

test('parts that would not stop would be named', async () => {
  const pair = createTestPair({ name: 'one' })
  const timers: { cancel(): void }[] = []
  const clock: Clock = {
    ...systemClock,
    schedule(delay, callback) {
      const timer = systemClock.schedule(delay, callback)
      timers.push(timer)
      return timer
    },
  }
  const { stop: _tls, ...certificate } = tlsCertificateModule({ config: config.section('tls'), clock }).definition
  const tls = { tls: { certFile: pair.certFile, keyFile: pair.keyFile } }
  const trees = [tls, { tls: { ...tls.tls, minVersion: 'TLSv1.3' } }]
  const quick = { ...limits, grace: 50 }
  const found = await verifyModule(defineModule(certificate), { config, trees, ...quick })
  for (const timer of timers) timer.cancel()
  expect(named(found)).toContain('leaks-timer start')

  const opened: { server: { close: () => void } }[] = []
  const module = httpListenerModule({ config: config.section('http'), handler: (_, response) => response.end() })
  const { stop: _http, ...listener } = module.definition
  const leaking = defineModule({
    ...listener,
    async start(context) {
      const made = await listener.start(context)
      // What the module's own start gave.
      opened.push(made as (typeof opened)[number])
      return made
    },
  })
  const left = await verifyModule(leaking, { config, trees: [http({}), http({ keepAliveTimeout: '1s' })], ...quick })
  for (const { server } of opened) server.close()
  expect(named(left)).toContain('alive-after-stop stop')
})
