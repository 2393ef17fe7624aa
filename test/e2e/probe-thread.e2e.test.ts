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
