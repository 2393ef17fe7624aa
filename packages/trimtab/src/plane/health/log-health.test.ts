import { defineConfig, type HealthCheck } from 'trimtab'
import { createManualClock, createTestPlane } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { hearingLogger } from '../../../../../test/support/hearing-logger.ts'

test('what somebody has to act on is said once, and that it is over', async () => {
  const clock = createManualClock()
  const logger = hearingLogger()
  let answer: HealthCheck['run'] = () => true
  const check: HealthCheck = { name: 'db', run: (context) => answer(context) }
  const plane = await createTestPlane(defineConfig(z.object({})), { clock, random: () => 0, logger, checks: [check] })
  await clock.advance(30_000)
  const quiet = logger.lines.length
  answer = () => {
    throw new Error('no\nroute')
  }
  await clock.advance(60_000)
  answer = () => new Promise(() => {})
  await clock.advance(10_000)
  expect(logger.lines.slice(quiet)).toEqual([
    expect.stringMatching(/warn.*db is unhealthy: no\\nroute$/),
    expect.stringMatching(/info.*The readiness of the service is unhealthy: db$/),
    expect.stringMatching(/warn.*A run of the health check db was given up/),
  ])
  await plane.close()
})

test('a good first verdict is no news, and a recovery is', async () => {
  const clock = createManualClock()
  const logger = hearingLogger()
  let isDown = false
  const check: HealthCheck = { name: 'db', run: () => !isDown }
  const plane = await createTestPlane(defineConfig(z.object({})), { clock, random: () => 0, logger, checks: [check] })
  await clock.advance(30_000)
  expect(logger.lines.filter((line) => line.includes('healthy'))).toEqual([])
  isDown = true
  await clock.advance(30_000)
  isDown = false
  await clock.advance(30_000)
  expect(logger.lines.filter((line) => line.includes('healthy'))).toEqual([
    expect.stringMatching(/warn.*db is unhealthy$/),
    expect.stringMatching(/info.*The readiness of the service is unhealthy: db$/),
    expect.stringMatching(/info.*db is healthy$/),
    expect.stringMatching(/info.*The readiness of the service is healthy$/),
  ])
  await plane.close()
})

test('a stop that was asked for is nothing to be said of readiness', async () => {
  const logger = hearingLogger()
  const plane = await createTestPlane(defineConfig(z.object({})), { clock: createManualClock(), logger })
  const heard: unknown[] = []
  plane.health.events.on((event) => heard.push(event))
  await plane.close()
  expect(heard).toContainEqual(expect.objectContaining({ kind: 'aggregate', of: 'readiness' }))
  expect(logger.lines.filter((line) => line.includes('readiness'))).toEqual([])
})
