import { expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../../primitives/json.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createRecording } from '../../testing/recording-module.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'
import { type RateLimiter, type RateLimiterConfig, rateLimiterModule, rateLimiterSchema } from './rate-limiter.ts'

const config = defineConfig(z.object({ limits: rateLimiterSchema, later: dynamic(z.number().default(0)) }))

async function openPlane(limits: JsonObject, largestCost?: number) {
  const clock = createManualClock()
  const limiter = rateLimiterModule({ config: config.section('limits'), largestCost, clock })
  const recording = createRecording()
  const later = recording.module({
    name: 'later',
    config: config.section('later'),
    dependsOn: [limiter],
  })
  const plane = await createTestPlane(config, { tree: { limits }, modules: [limiter, later] })
  onTestFinished(() => void plane.close())
  const take = (cost?: number) => plane.use(limiter, (limits_) => limits_.take('tenant', cost))
  return { clock, plane, recording, take, limiter }
}

it('applies new limits in place and keeps what was taken', async () => {
  const { plane, take, limiter } = await openPlane({ requestsPerSecond: 10 })
  const before = await plane.use(limiter, (resource) => resource)
  await take(8)
  const outcome = await plane.set({ limits: { requestsPerSecond: 10, burst: 9 } })
  expect(outcome.modules).toContainEqual(expect.objectContaining({ module: 'limiter', action: 'reloaded' }))
  expect(await plane.use(limiter, (resource) => resource)).toBe(before)
  expect(await take(0)).toMatchObject({ remaining: 1 })
})

it('takes new limits back when a later module fails', async () => {
  const { plane, take, recording } = await openPlane({ requestsPerSecond: 10 })
  await take(4)
  recording.script('later', 'start', { kind: 'throw', error: new Error('no') })
  const outcome = await plane.set({ limits: { requestsPerSecond: 100 }, later: 1 })
  expect(outcome.status).toBe('rolled_back')
  expect(await take(0)).toMatchObject({ remaining: 6 })
})

it('refuses a burst that the largest call could never pass', async () => {
  const { plane, take } = await openPlane({ requestsPerSecond: 10 }, 5)
  const outcome = await plane.set({ limits: { requestsPerSecond: 10, burst: 4 } })
  expect(outcome).toMatchObject({
    status: 'validation_failed',
    problems: [{ module: 'limiter', path: 'limits.burst', message: expect.stringMatching(/^expected at least 5/) }],
  })
  expect(await take(10)).toMatchObject({ allowed: true })
})

it('lets at least one call pass by default, however low the limit', async () => {
  const { take } = await openPlane({ requestsPerSecond: 0.5 })
  expect(await take()).toMatchObject({ allowed: true })
  expect(await take()).toMatchObject({ allowed: false, retryAfter: 2_000 })
})

it('takes a fraction, with a burst of its own', async () => {
  const { clock, take } = await openPlane({ requestsPerSecond: 0.0167, burst: 2 })
  expect([await take(), await take()]).toMatchObject([{ remaining: 1 }, { remaining: 0 }])
  expect(await take()).toMatchObject({ allowed: false, retryAfter: 59_881 })
  await clock.advance(59_881)
  expect([await take(), await take()]).toMatchObject([{ allowed: true }, { allowed: false }])
})

it('gives the key that is a tenant the limits of that tenant, and everybody else those of all', async () => {
  const own = defineConfig(z.object({ limits: perTenant(rateLimiterSchema) }))
  const limiter = rateLimiterModule({ config: own.section('limits'), largestCost: 2, clock: createManualClock() })
  const overlays = scriptedOverlays({ trees: { acme: { limits: { burst: 50 } } } })
  const tree = { limits: { requestsPerSecond: 10 } }
  const plane = await createTestPlane(own, { tree, modules: [limiter], tenants: { overlays } })
  onTestFinished(async () => void (await plane.close()))
  const left = (key: string) => plane.use(limiter, (limits) => limits.take(key, 0).remaining)
  expect([await left('acme'), await left('globex')]).toEqual([50, 10])

  await plane.set({ limits: { requestsPerSecond: 20 } })
  expect([await left('acme'), await left('globex')]).toEqual([50, 20])
  overlays.set('acme', { limits: { burst: 1 } })
  expect(await plane.tenants.reload('acme')).toMatchObject({ status: 'refused', problems: [{ module: 'limiter' }] })
  expect([await left('acme'), await left('globex')]).toEqual([50, 20])
  overlays.set('acme', undefined)
  await plane.tenants.reload('acme')
  expect([await left('acme'), await left('globex')]).toEqual([20, 20])
})

it('gives back what its types promise', () => {
  expectTypeOf<z.output<typeof rateLimiterSchema>>().toExtend<RateLimiterConfig>()
  const limiter = rateLimiterModule({ config: config.section('limits') })
  expectTypeOf(limiter.resource).toEqualTypeOf<RateLimiter | undefined>()
})
