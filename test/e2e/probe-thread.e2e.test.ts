import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { startService } from './support/service.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = (file: string) => new URL(`../../packages/trimtab/dist/${file}`, import.meta.url).href

beforeAll(() => {
  // The thread's file is loaded by node itself, so it has to be built.
  const built = spawnSync('npx', ['tsc', '-b', 'packages/trimtab'], { cwd: root, encoding: 'utf8' })
  expect(built.stdout + built.stderr).not.toContain('error TS')
}, 120_000)

/** A service whose main loop blocks when it is told to, with probes in a thread. */
function blockingService(): string {
  const file = join(tempFolder(), 'service.mjs')
  writeFileSync(
    file,
    `import { startProbeThread } from ${JSON.stringify(dist('health/probes/index.js'))}
     import { createHealth } from ${JSON.stringify(dist('health/create-health.js'))}
     import { systemClock } from ${JSON.stringify(dist('primitives/time/clock.js'))}
     let down = false
     const health = createHealth({ clock: systemClock, random: Math.random, generation: () => 1, logger: console })
     health.add({ name: 'pool', interval: 20, timeout: 20, fall: 1, rise: 1, run: () => !down })
     const probes = await startProbeThread(health, { port: 0, reportAfter: 500, failAfter: 1_500 })
     const keep = setInterval(() => {}, 1_000)
     console.log('ready ' + probes.port)
     process.on('SIGUSR2', () => {
       console.log('blocking')
       const until = Date.now() + 3_500
       while (Date.now() < until) {}
       console.log('free')
       down = true
     })
     process.on('SIGTERM', async () => {
       clearInterval(keep)
       await probes.close()
       await probes.close()
       await health.close()
       console.log('closed')
     })`,
  )
  return file
}

test('a thread answers probes while the main loop is blocked, says so, and fails liveness when it lasts', async () => {
  const service = startService('node', [blockingService()])
  const port = (await service.line(/^ready /)).split(' ')[1]
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
    return `${response.status} ${(await response.text()).trim()}`
  }
  const until = async (path: string, wanted: RegExp) => {
    for (;;) {
      const said = await ask(path)
      if (wanted.test(said)) return said
    }
  }
  expect(await until('/readyz', /^200 healthy$/)).toBe('200 healthy')
  expect(await ask('/livez')).toBe('200 healthy')

  process.kill(service.pid, 'SIGUSR2')
  await service.line(/^blocking/)
  expect(await until('/livez', /blocked/)).toMatch(/^200 degraded: the main loop has been blocked for \d\.\d s$/)
  expect(await until('/livez', /^503/)).toMatch(/^503 unhealthy: the main loop has been blocked for [123]\.\d s$/)
  expect(await ask('/health')).toMatch(/^503 \{"status":"fail","output":"the main loop has been blocked/)

  await service.line(/^free/)
  // Its loop runs again; what it found since then is what the thread says.
  expect(await until('/livez', /^200 healthy$/)).toBe('200 healthy')
  expect(await until('/readyz', /^503/)).toBe('503 unhealthy')
  expect(await ask('/elsewhere')).toBe('404 ')

  process.kill(service.pid, 'SIGTERM')
  await service.line(/^closed/)
  expect(await service.ended).toBe(0)
})

test('a thread is unready as soon as a service is told to stop, and not at its next look', async () => {
  const file = join(tempFolder(), 'service.mjs')
  writeFileSync(
    file,
    `import { startProbeThread } from ${JSON.stringify(dist('health/probes/index.js'))}
     import { createHealth } from ${JSON.stringify(dist('health/create-health.js'))}
     import { systemClock } from ${JSON.stringify(dist('primitives/time/clock.js'))}
     const health = createHealth({ clock: systemClock, random: Math.random, generation: () => 1, logger: console })
     // Nothing is ever looked at again: what the thread knows it has been told.
     const clock = { now: () => 0, monotonic: () => 0, schedule: () => ({ cancel() {} }) }
     const probes = await startProbeThread(health, { port: 0, clock })
     const keep = setInterval(() => {}, 1_000)
     console.log('ready ' + probes.port)
     process.on('SIGUSR2', () => health.drain('stopping'))
     process.on('SIGTERM', async () => {
       clearInterval(keep)
       await probes.close()
       await health.close()
     })`,
  )
  const service = startService('node', [file])
  const port = (await service.line(/^ready /)).split(' ')[1]
  const status = async () =>
    (await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } })).status
  expect(await status()).toBe(200)
  process.kill(service.pid, 'SIGUSR2')
  let said = 200
  for (let asked = 0; said === 200 && asked < 1_000; asked += 1) said = await status()
  expect(said).toBe(503)
  process.kill(service.pid, 'SIGTERM')
  await service.ended
})

/** A service that loses its thread in every way there is, as it is told to. */
function losingService(): string {
  const file = join(tempFolder(), 'service.mjs')
  writeFileSync(
    file,
    `import { createServer as createHttp } from 'node:http'
     import { createServer } from 'node:net'
     import { startProbeThread } from ${JSON.stringify(dist('health/probes/index.js'))}
     import { createHealth } from ${JSON.stringify(dist('health/create-health.js'))}
     import { systemClock } from ${JSON.stringify(dist('primitives/time/clock.js'))}
     const workers = []
     process.on('worker', (worker) => workers.push(worker))
     const health = createHealth({ clock: systemClock, random: () => 0, generation: () => 1, logger: console })
     health.add({ name: 'pool', interval: 20, timeout: 20, fall: 1, rise: 1, run: () => true })
     const say = (message) => console.log('says ' + message)
     const logger = { debug: say, info: say, warn: say, error: say }
     const probes = await startProbeThread(health, { port: 0, logger, random: () => 0.1 })
     health.events.on(({ kind, report }) => {
       if (kind === 'transition' && report.check.startsWith('probe-thread')) console.log('health ' + report.status + ' ' + report.message)
     })
     let thief
     const deeds = {
       kill: () => workers.at(-1).terminate(),
       // It throws with the next request.
       crash: () => workers.at(-1).postMessage(null),
       steal() {
         workers.at(-1).on('exit', () => {
           thief = createServer((socket) => socket.destroy()).listen(probes.port, '127.0.0.1', () => console.log('stolen'))
         })
         return workers.at(-1).terminate()
       },
       giveBack: () => thief.close(),
       look() {},
       async close() {
         await probes.close()
         await health.close()
         thief.close()
         told.close()
         console.log('closed')
       },
     }
     const told = createHttp((request, response) => {
       void deeds[request.url.slice(1)]()
       response.setHeader('connection', 'close').end(health.answer.health.status + ' ' + health.answer.readiness.status)
     })
     await new Promise((resolve) => told.listen(0, '127.0.0.1', resolve))
     console.log('ready ' + probes.port + ' ' + told.address().port)`,
  )
  return file
}

test('a thread that ends by itself is noticed, and answers on its port again as soon as it can', async () => {
  const service = startService('node', [losingService()])
  const [, port, told] = (await service.line(/^ready /)).split(' ')
  const get = async (url: string) => {
    const response = await fetch(`http://127.0.0.1:${url}`, { headers: { connection: 'close' } })
    return `${response.status} ${(await response.text()).trim()}`
  }
  const tell = (deed: string) => get(`${told}/${deed}`)
  const isBack = async (from: number) => {
    await service.line(/^says The probe thread answers on 127\.0\.0\.1:\d+ again/, from)
    expect(await get(`${port}/livez`)).toBe('200 healthy')
  }
  expect(await get(`${port}/readyz`)).toBe('200 healthy')

  let from = service.lines.length
  await tell('kill')
  expect(await service.line(/^says no probe/, from)).toContain('the probe thread ended: it was ended from outside.')
  await isBack(from)

  from = service.lines.length
  await tell('crash')
  await expect(get(`${port}/readyz`)).rejects.toThrow()
  expect(await service.line(/^says no probe/, from)).toContain('Cannot read properties of null')
  await isBack(from)

  from = service.lines.length
  await tell('steal')
  await service.line(/^stolen/, from)
  expect(await service.line(/^says no probe.*EADDRINUSE/, from)).toContain('free the port')
  await service.line(/^health degraded no probe/, from)
  // It degrades health alone: no load balancer is to take the service out for it.
  expect(await tell('look')).toBe('200 degraded healthy')
  await tell('giveBack')
  await isBack(from)
  expect(await tell('look')).toBe('200 healthy healthy')

  from = service.lines.length
  await tell('steal')
  await service.line(/EADDRINUSE/, from)
  await tell('close')
  await service.line(/^closed/, from)
  expect(await service.ended).toBe(0)
  expect(service.lines.slice(from).join()).not.toContain('The probe thread answers')
}, 60_000)
