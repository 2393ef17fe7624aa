import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argsSource, createPlane, defineConfig, dynamic, envSource, fileSource, printOrigin } from 'trimtab'
import { createManualClock, createRecording, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { hearingLogger } from '../support/hearing-logger.ts'
import { settle } from '../support/settle.ts'
import { tempFolder } from '../support/temp-folder.ts'

const config = defineConfig(
  z.object({ pool: dynamic(z.object({ max: z.number().int().max(500).default(10), min: z.number().default(1) })) }),
)

test('of arguments, environment, file and default `explain` says who won and what each said, and what is saved without effect says so', async () => {
  const file = join(tempFolder(), 'config.yaml')
  writeFileSync(file, 'pool:\n  max: 20\n')
  const logger = hearingLogger()
  const plane = await createPlane({
    config,
    sources: [
      fileSource(file, { watch: false }),
      envSource({ prefix: 'APP_', env: { APP_POOL__MAX: '30' } }),
      argsSource(['--set', 'pool.max=40']),
    ],
    logger,
  })
  const shown = () => {
    const { value, origin, contributions, default: byDefault } = plane.explain('pool.max')
    const says = contributions.map(({ origin: from, value: said, wins, shadowedBy }) => [
      ...[printOrigin(from), said, wins, shadowedBy && printOrigin(shadowedBy)],
    ])
    return { value, origin: origin && printOrigin(origin), says, byDefault }
  }
  const args = '--set pool.max'
  expect(shown()).toEqual({
    ...{ value: 40, origin: args, byDefault: 10 },
    says: [
      [args, 40, true, undefined],
      ['env APP_POOL__MAX', 30, false, args],
      [`${file}:2:8`, 20, false, args],
    ],
  })

  writeFileSync(file, 'pool:\n  min: 2\n  max: 25\n')
  const outcome = await plane.reload()
  expect(outcome.problems).toMatchObject([
    { code: 'shadowed', severity: 'warning', path: 'pool.max', message: expect.stringContaining(args) },
  ])
  expect(plane.config.pool).toEqual({ max: 40, min: 2 })
  expect(shown().says[2]).toEqual([`${file}:3:8`, 25, false, args])
  expect(logger.lines.filter((line) => line.startsWith('warn: ') && line.includes('pool.max'))).toHaveLength(1)
  expect((await plane.reload()).problems).toEqual([])
  await plane.close()
})

async function bootOverrides() {
  const clock = createManualClock()
  const source = scriptedSource({ tree: { pool: { max: 20 } } })
  const recording = createRecording()
  const pool = recording.module({ name: 'pool', config: config.section('pool'), reloads: true })
  const plane = await createPlane({
    config,
    sources: [source],
    modules: [pool],
    clock,
    random: () => 0.5,
    logger: false,
  })
  const told: string[] = []
  plane.events.on(({ type }) => /override/.test(type) && told.push(type.replace('dev.trimtab.override.', '')))
  const override = (max: number, time = '15m') =>
    settle(clock, plane.override({ 'pool.max': max }, { for: time, reason: 'INC-1: the database is slow' }))
  return { clock, source, recording, pool, plane, told, override }
}

test('an override applies at once, is explained, and at the millisecond of its end the values below return', async () => {
  const { clock, plane, pool, told, override } = await bootOverrides()
  const { override: applied, outcome } = await override(50)
  expect(outcome).toMatchObject({ status: 'full_success', triggers: expect.arrayContaining(['override']) })
  expect(plane.config.pool.max).toBe(50)
  expect(applied?.expiresAt).toBe(clock.now() + 900_000)
  expect(plane.explain('pool.max')).toMatchObject({
    origin: { location: { kind: 'call', reason: 'INC-1: the database is slow' } },
    contributions: [
      { value: 50, wins: true },
      { value: 20, wins: false },
    ],
  })

  clock.jumpWall(3_600_000)
  await clock.advance(899_999)
  expect(plane.config.pool.max).toBe(50)
  await clock.advance(1)
  expect(plane.config.pool.max).toBe(20)
  expect(await plane.use(pool, ({ section }) => section)).toEqual({ max: 20, min: 1 })
  expect(told).toEqual(['applied', 'expired'])
  expect(clock.pending).toBe(0)
  await plane.close()
})

test('overrides over each other end one by one, and what was saved below meanwhile shows when they have', async () => {
  const { clock, source, plane, override } = await bootOverrides()
  await override(50, '10m')
  const second = await override(60, '5m')
  expect(plane.config.pool.max).toBe(60)
  source.set({ pool: { max: 30 } })
  await settle(clock, plane.reload())
  expect(plane.config.pool.max).toBe(60)

  second.override?.withdraw()
  second.override?.withdraw()
  await clock.advance(0)
  expect(plane.config.pool.max).toBe(50)
  await clock.advance(600_000)
  expect(plane.config.pool.max).toBe(30)
  expect(clock.pending).toBe(0)
  await plane.close()
})

test.each([
  ['invalid', 501, undefined, 'validation_failed'],
  ['refused by a module', 50, 'check', 'validation_failed'],
  ['undone', 50, 'reload', 'stuck'],
] as const)(
  'an override that is %s is withdrawn, and is not in the way of the next change',
  async (_, max, hook, status) => {
    const { clock, source, plane, recording, told, override } = await bootOverrides()
    if (hook !== undefined) recording.script('pool', hook, { kind: 'throw', error: new Error('no') })
    const result = await override(max)
    expect(result.override).toBeUndefined()
    expect(result.outcome.status).toBe(status)
    expect(told).toEqual(['applied', 'withdrawn'])
    if (hook !== undefined) recording.script('pool', hook, { kind: 'ok' })

    source.set({ pool: { max: 30 } })
    await clock.advance(2_000)
    expect(plane.config.pool.max).toBe(30)
    expect(plane.state).toMatchObject({ stuck: [], breaker: { kind: 'closed' } })
    expect(plane.explain('pool.max').contributions).toHaveLength(1)
    expect(clock.pending).toBe(0)
    await plane.close()
  },
)

test('an override that was asked for while another reload hangs is applied after it', async () => {
  const { clock, source, plane, recording, override } = await bootOverrides()
  let finish = () => {}
  const hanging = new Promise<void>((resolve) => {
    finish = resolve
  })
  recording.script('pool', 'reload', { kind: 'wait', promise: hanging })
  source.set({ pool: { max: 30 } })
  await clock.advance(0)
  const applied = override(50)
  recording.script('pool', 'reload', { kind: 'ok' })
  finish()
  expect((await applied).outcome.status).toBe('full_success')
  expect(plane.config.pool.max).toBe(50)
  await settle(clock, plane.close())
})
