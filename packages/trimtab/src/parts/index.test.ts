import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { defineConfig } from 'trimtab'
import {
  httpClientSchema,
  httpClientsModule,
  httpListenerModule,
  httpListenerSchema,
  loggerModule,
  loggerSchema,
  rateLimiterModule,
  rateLimiterSchema,
} from 'trimtab/parts'
import { createTestPlane } from 'trimtab/testing'
import { z } from 'zod'
import { openSocket } from '../../../../test/support/raw-socket.ts'
import { tempFolder } from '../../../../test/support/temp-folder.ts'

const config = defineConfig(
  z.object({
    log: loggerSchema,
    limits: rateLimiterSchema,
    http: httpListenerSchema,
    upstreams: z.record(z.string(), httpClientSchema),
  }),
)

it('together they serve every request of open connections while each of them changes', async () => {
  const folder = tempFolder()
  const backendConfig = defineConfig(z.object({ http: httpListenerSchema }))
  const backend = httpListenerModule({
    name: 'backend',
    config: backendConfig.section('http'),
    handler: (_request, response) => response.end('answer'),
  })
  const behind = await createTestPlane(backendConfig, { tree: { http: { port: 0, linger: 0 } }, modules: [backend] })
  onTestFinished(async () => void (await behind.close()))
  const url = await behind.use(backend, (server) => server.url)

  const logger = loggerModule({ config: config.section('log') })
  const limiter = rateLimiterModule({ config: config.section('limits') })
  const upstreams = httpClientsModule({ name: 'upstreams', config: config.section('upstreams') })
  const listener = httpListenerModule({
    config: config.section('http'),
    dependsOn: [logger, limiter, upstreams],
    handler: async (_request, response, { use }) => {
      const { allowed } = await use(limiter, (limits) => limits.take('everybody'))
      const answer = await use(upstreams.at('main'), async (client) => {
        const { body } = await client.request({ method: 'GET', path: '/' })
        return body.text()
      })
      await use(logger, (log) => log.info('answered'))
      response.writeHead(allowed ? 200 : 429, { 'content-length': answer.length }).end(answer)
    },
  })
  const treeOf = (round: number) => ({
    log: { destination: join(folder, `${round % 3}.log`), level: 'info' },
    limits: { requestsPerSecond: 1e6 + round },
    http: { port: 0, linger: 0, keepAliveTimeout: 60_000 + round },
    upstreams: { main: { url, connections: 8 + (round % 4) } },
  })
  const plane = await createTestPlane(config, { tree: treeOf(0), modules: [listener] })
  onTestFinished(async () => void (await plane.close()))
  const port = await plane.use(listener, (server) => server.port)

  let isOver = false
  let answered = 0
  const clients = await Promise.all(Array.from({ length: 10 }, () => openSocket(port)))
  const load = clients.map(async (client) => {
    for (let count = 1; !isOver; count += 1) {
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.until('answer', count)
      answered += 1
    }
  })
  for (let round = 1; round <= 30; round += 1) {
    const before = answered
    const outcome = await plane.set(treeOf(round))
    expect(outcome.status).toBe('full_success')
    while (answered < before + 10) await new Promise((resolve) => setImmediate(resolve))
  }
  isOver = true
  await Promise.all(load)

  const received = clients.map((client) => client.text).join('')
  expect(received.split('HTTP/1.1 200 OK').length - 1).toBe(answered)
  expect(received.split('HTTP/1.1').length - 1).toBe(answered)
  await plane.close()
  const lines = [0, 1, 2].map((number) => readFileSync(join(folder, `${number}.log`), 'utf8')).join('')
  expect(lines.split('"msg":"answered"').length - 1).toBe(answered)
})
