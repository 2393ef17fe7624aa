import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPlane, defineConfig, dynamic, fileSource, type JsonObject } from 'trimtab'
import { createManualClock, createRecording, createTestPlane, scriptedSource } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { hearingLogger } from '../support/hearing-logger.ts'
import { settle } from '../support/settle.ts'
import { tempFolder } from '../support/temp-folder.ts'

const config = defineConfig(
  z.object({
    http: z.object({
      port: z.number().int().min(1).default(8080),
      hosts: z.record(z.string(), z.object({ to: z.string() })).default({}),
    }),
    pool: dynamic(z.object({ max: z.number().default(10) })),
  }),
)

test('a restart-only change leaves the boot value to readers, is listed over ten reloads, and no longer after the revert', async () => {
  const recording = createRecording()
  const http = recording.module({ name: 'http', config: config.section('http') })
  const plane = await createTestPlane(config, { tree: { http: { port: 3000 } }, modules: [http] })
  const told: number[] = []
  plane.events.on((event) => {
    if (event.type === 'dev.trimtab.restart.pending') told.push(event.data.pendingRestart.length)
    if (event.type === 'dev.trimtab.restart.cleared') told.push(0)
  })
  let woken = 0
  plane.watch('http', () => (woken += 1))
  recording.clear()

  const pending = [{ path: 'http.port', running: '3000', configured: '4000' }]
  const first = await plane.set({ http: { port: 4000 } })
  expect(first).toMatchObject({ status: 'unchanged', pendingRestart: pending })
  for (let count = 1; count <= 10; count += 1) {
    const outcome = await plane.set({ http: { port: 4000 }, pool: { max: 10 + count } })
    expect(outcome).toMatchObject({ status: 'full_success', pendingRestart: pending })
    expect(plane.state).toMatchObject({ pendingRestart: pending })
    expect(plane.config.http.port).toBe(3000)
  }
  expect(plane.explain('http.port')).toMatchObject({ value: 3000, pendingRestart: pending })

  expect(await plane.set({ http: { port: 3000 }, pool: { max: 20 } })).toMatchObject({ status: 'unchanged' })
  expect(plane.state).toMatchObject({ pendingRestart: [] })
  expect(plane.explain('http.port').pendingRestart).toEqual([])
  expect([told, woken, recording.calls]).toEqual([[1, 0], 0, []])
  await plane.close()
})

test('another value that waits takes the place of the one before, always against what the process was started with', async () => {
  const plane = await createTestPlane(config, { tree: { http: { port: 3000 } } })
  await plane.set({ http: { port: 4000 } })
  await plane.set({ http: { port: 5000 } })
  expect(plane.state).toMatchObject({ pendingRestart: [{ running: '3000', configured: '5000' }] })
  await plane.set({})
  expect(plane.state).toMatchObject({ pendingRestart: [{ running: '3000', configured: '8080' }] })
  await plane.close()
})

test('the order of keys is no change, and a record waits key by key', async () => {
  const hosts = { a: { to: 'x' }, b: { to: 'y' } }
  const plane = await createTestPlane(config, { tree: { http: { hosts } } })
  const { snapshot } = plane
  expect((await plane.set({ http: { hosts: { b: { to: 'y' }, a: { to: 'x' } } } })).status).toBe('unchanged')
  expect(plane.snapshot).toBe(snapshot)
  expect(plane.state).toMatchObject({ pendingRestart: [] })

  await plane.set({ http: { hosts: { b: { to: 'z' }, c: { to: 'n' }, a: { to: 'x' } } } })
  expect(plane.config.http.hosts).toEqual(hosts)
  expect(plane.state).toMatchObject({ pendingRestart: [{ path: 'http.hosts.b.to' }, { path: 'http.hosts.c' }] })
  await plane.close()
})

test('under `reject` a restart-only change refuses the reload, naming the place', async () => {
  const plane = await createTestPlane(config, { reload: { restartOnly: 'reject' } })
  const outcome = await plane.set({ http: { port: 4000 }, pool: { max: 5 } })
  expect(outcome).toMatchObject({
    status: 'validation_failed',
    problems: [{ code: 'restart_required', path: 'http.port' }],
  })
  expect(plane.config.pool.max).toBe(10)
  expect((await plane.set({ pool: { max: 5 } })).status).toBe('full_success')
  await plane.close()
})

/** Every way in which content can be bad, and what is told of it. */
const bad: readonly (readonly [string, JsonObject | 'fails'])[] = [
  ['validation_failed', { pool: { max: 'many' } }],
  ['validation_failed', { pool: { mxa: 5 } }],
  ['validation_failed', { pool: { max: 1 } }],
  ['rolled_back', { pool: { max: 2 } }],
  ['stuck', { pool: { max: 3 } }],
  ['unchanged', { pool: { max: 20 }, http: { port: 9 } }],
  ['load_failed', 'fails'],
]

test.each(bad)(
  'bad content (%s), then the earlier good content again: it runs, and every warning is clear',
  async (status, tree) => {
    const clock = createManualClock()
    const source = scriptedSource({ tree: { pool: { max: 20 } } })
    const recording = createRecording()
    const pool = recording.module({ name: 'pool', config: config.section('pool'), reloads: true, returnsUndo: true })
    const later = recording.module({ name: 'later', config: config.section('pool'), dependsOn: [pool], reloads: true })
    const fresh = recording.module({ name: 'fresh', config: config.section('pool'), dependsOn: [pool] })
    const modules = [pool, later, fresh]
    const logger = hearingLogger()
    const plane = await createPlane({ config, sources: [source], modules, clock, random: () => 0.5, logger })
    const broken = (
      [
        [1, 'pool', 'check'],
        [2, 'fresh', 'start'],
        [3, 'later', 'reload'],
      ] as const
    ).find(([max]) => JSON.stringify(tree).includes(`"max":${max}}`))
    if (broken !== undefined) recording.script(broken[1], broken[2], { kind: 'throw', error: new Error('broken') })

    if (tree === 'fails') source.fail({ code: 'unreadable', severity: 'error', message: 'is broken' })
    else source.set(tree)
    const outcome = await settle(clock, plane.reload())
    expect(outcome.status).toBe(status)

    if (broken !== undefined) recording.script(broken[1], broken[2], { kind: 'ok' })
    source.set({ pool: { max: 20 } })
    const after = await settle(clock, plane.reload())

    expect(['unchanged', 'full_success']).toContain(after.status)
    expect(plane.config).toMatchObject({ pool: { max: 20 }, http: { port: 8080 } })
    for (const module of modules)
      expect(await plane.use(module, ({ section, state }) => [section, state])).toEqual([{ max: 20 }, 'running'])
    expect(plane.state).toMatchObject({ stuck: [], pendingRestart: [], breaker: { kind: 'closed' }, baking: false })
    for (const each of plane.sources)
      expect(each).toMatchObject({ state: 'read', staleSince: undefined, lastError: undefined })
    expect(plane.lastOutcome).toBe(after)
    expect(clock.pending).toBe(0)
    await settle(clock, plane.close())
  },
)

test('with a real file: bad and back, a hundred times, and nothing piles up', async () => {
  const file = join(tempFolder(), 'config.yaml')
  const good = 'pool: { max: 20 }\n'
  writeFileSync(file, good)
  const plane = await createPlane({ config, sources: [fileSource(file, { watch: false, settle: 1 })], logger: false })
  onTestFinished(() => void plane.close())
  const { snapshot } = plane
  for (let count = 0; count < 100; count += 1) {
    writeFileSync(file, ['pool: {', 'pool: { max: x }', 'http: { port: 9 }\npool: { max: 20 }'][count % 3] ?? '')
    await plane.reload()
    writeFileSync(file, good)
    expect((await plane.reload()).status).toBe('unchanged')
  }
  expect(plane.snapshot).toBe(snapshot)
  expect(plane.state).toMatchObject({ stuck: [], pendingRestart: [], breaker: { kind: 'closed' } })
  expect(plane.outcomes.length).toBeLessThanOrEqual(50)
})
