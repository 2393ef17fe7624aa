import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { tempFolder } from '../../../../../test/support/temp-folder.ts'
import { deferred } from '../../primitives/concurrency/deferred.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Logger } from '../../primitives/logger.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'
import { createRecording } from '../../testing/recording-module.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import {
  type LoggerConfig,
  type LoggerModuleOptions,
  type LoggerResource,
  loggerModule,
  loggerSchema,
} from './logger.ts'

const config = defineConfig(z.object({ log: loggerSchema, later: dynamic(z.number().default(0)) }))

async function openPlane(log: JsonObject, options: Partial<LoggerModuleOptions> = {}) {
  const folder = tempFolder()
  const file = (name: string) => join(folder, name)
  const linesOf = (name: string) =>
    readFileSync(file(name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).msg)
  const logger = loggerModule({ config: config.section('log'), ...options })
  const recording = createRecording()
  const later = recording.module({ name: 'later', config: config.section('later'), dependsOn: [logger] })
  const plane = await createTestPlane(config, {
    tree: { log: { destination: file('a.log'), ...log } },
    modules: [logger, later],
  })
  onTestFinished(async () => void (await plane.close()))
  const say = (level: 'debug' | 'info', message: string) => plane.use(logger, (lines) => lines[level](message))
  return { plane, logger, recording, file, linesOf, say }
}

it('changes its level in place', async () => {
  const { plane, logger, linesOf, file, say } = await openPlane({ level: 'info' })
  const before = await plane.use(logger, (resource) => resource.pino)
  await say('debug', 'unheard')
  const outcome = await plane.set({ log: { destination: file('a.log'), level: 'debug' } })
  expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'logger', action: 'reloaded' }))
  await say('debug', 'heard')
  expect(await plane.use(logger, (resource) => resource.pino)).toBe(before)
  expect(linesOf('a.log')).toEqual(['heard'])
})

it('takes a new level back when a later module fails', async () => {
  const { plane, recording, linesOf, file, say } = await openPlane({ level: 'info' })
  recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
  const outcome = await plane.set({ log: { destination: file('a.log'), level: 'debug' }, later: 1 })
  expect(outcome.status).toBe('rolled_back')
  await say('debug', 'unheard')
  await say('info', 'heard')
  expect(linesOf('a.log')).toEqual(['heard'])
})

it('starts a new logger for a new destination, and the old one writes for those who still use it', async () => {
  const { plane, logger, linesOf, file, say } = await openPlane({})
  const inUse = deferred<void>()
  const user = plane.use(logger, async (lines) => {
    lines.info('before')
    await inUse.promise
    lines.info('still in use')
  })
  const outcome = await plane.set({ log: { destination: file('b.log'), level: 'warn' } })
  expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'logger', action: 'replaced' }))
  await say('info', 'below the new level')
  await plane.use(logger, (lines) => lines.warn('after'))
  inUse.resolve()
  await user
  expect(linesOf('a.log')).toEqual(['before', 'still in use'])
  expect(linesOf('b.log')).toEqual(['after'])
})

it('finds the old logger again when a new destination is taken back', async () => {
  const { plane, logger, recording, linesOf, file, say } = await openPlane({})
  const before = await plane.use(logger, (resource) => resource)
  recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
  const outcome = await plane.set({ log: { destination: file('b.log') }, later: 1 })
  expect(outcome.status).toBe('rolled_back')
  await say('info', 'heard')
  expect(await plane.use(logger, (resource) => resource)).toBe(before)
  expect(linesOf('a.log')).toEqual(['heard'])
})

it('refuses a destination that cannot be written to, and goes on with the one it has', async () => {
  const { plane, linesOf, file, say } = await openPlane({})
  const outcome = await plane.set({ log: { destination: file('absent/b.log') } })
  expect(outcome).toMatchObject({
    status: 'validation_failed',
    problems: [
      { module: 'logger', path: 'log.destination', message: expect.stringMatching(/^cannot be used: ENOENT/) },
    ],
  })
  await say('info', 'heard')
  expect(linesOf('a.log')).toEqual(['heard'])
})

it('makes no file for a destination that is only tried', async () => {
  const { plane, file } = await openPlane({})
  const tree = { log: { destination: file('b.log') } }
  const outcome = await plane.reload({ dryRun: true, candidate: { tree } })
  expect(outcome.plan?.steps).toContainEqual(expect.objectContaining({ module: 'logger', action: 'replace' }))
  expect(existsSync(file('b.log'))).toBe(false)
})

it('refuses places to redact that pino cannot read', async () => {
  const { plane, file } = await openPlane({})
  const outcome = await plane.set({ log: { destination: file('a.log'), redact: ['a['] } })
  expect(outcome).toMatchObject({
    status: 'validation_failed',
    problems: [{ path: 'log.redact' }],
  })
})

it('writes no value at a place to redact, and no secret anywhere', async () => {
  const { plane, logger, file } = await openPlane(
    { redact: ['user.password'] },
    { pino: { base: { service: 'shop' } } },
  )
  await plane.use(logger, ({ pino }) => pino.warn({ user: { password: 'hunter2' } }, 'login'))
  const line = readFileSync(file('a.log'), 'utf8')
  expect(line).toContain('"service":"shop"')
  expect(line).not.toContain('hunter2')
})

it('writes for people where it is told to', async () => {
  const { plane, logger, file } = await openPlane({ format: 'text' })
  await plane.use(logger, ({ pino }) => pino.error({ port: 80 }, 'no luck'))
  expect(readFileSync(file('a.log'), 'utf8')).toMatch(/^\S+ ERROR no luck port=80\n$/)
})

it('can be logged to after its end, by somebody who kept it', async () => {
  const { plane, logger, linesOf } = await openPlane({})
  const kept = await plane.use(logger, (resource) => resource)
  kept.info('before')
  await plane.close()
  kept.info('after')
  kept.pino.error('after')
  expect(linesOf('a.log')).toEqual(['before'])
})

it('gives back what its types promise', () => {
  expectTypeOf<z.output<typeof loggerSchema>>().toExtend<LoggerConfig>()
  expectTypeOf<LoggerResource>().toExtend<Logger>()
})
