import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { type BakeCase, defineConfig, defineModule, dynamic, type Module, type Verdict } from 'trimtab'
import { createManualClock, createTestPlane } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { deferred } from '../../packages/trimtab/src/primitives/concurrency/deferred.ts'
import { openOtel } from '../support/otel.ts'
import { settle } from '../support/settle.ts'

const config = defineConfig(z.object({ a: dynamic(z.number().default(0)), b: dynamic(z.number().default(0)) }))

async function start(bakes = false) {
  const otel = openOtel()
  const clock = createManualClock()
  const asked = deferred<undefined>()
  const pause = (milliseconds: number) => new Promise<void>((resolve) => void clock.schedule(milliseconds, resolve))
  const slow = (name: string, section: 'a' | 'b', dependsOn: readonly Module[] = []) =>
    defineModule({
      name,
      config: config.section(section),
      dependsOn,
      check() {
        asked.resolve(undefined)
        return pause(40)
      },
      start: () => pause(100),
      async reload({ next }) {
        await pause(200)
        if (next === 13) throw new Error('the password is hunter2')
      },
    })
  const a = slow('a', 'a')
  const modules = [a, slow('b', 'b', [a]), slow('c', 'b')]
  const judge = async ({ candidate }: BakeCase): Promise<Verdict> => {
    await pause(3_000)
    const isBad = JSON.stringify(candidate.config).includes('"a":7')
    return isBad ? { kind: 'unhealthy', reasons: ['seven'] } : { kind: 'stable' }
  }
  const { meterProvider, tracerProvider } = otel
  const telemetry = { meterProvider, tracerProvider }
  const booting = createTestPlane(config, {
    clock,
    instance: 'shop-1',
    modules,
    telemetry,
    random: () => 0.5,
    ...(bakes ? { bake: { judge: { judge } } } : {}),
  })
  // The package has been loaded by then, which no clock can be moved over.
  await asked.promise
  const plane = await settle(clock, booting)
  const of = (id: string) => {
    const spans = otel.spans.filter(({ attributes }) => attributes['trimtab.reload.id'] === id)
    const root = spans.find(({ name }) => name === 'trimtab.reload')
    if (root === undefined) throw new Error(`No span of ${id}`)
    return drawing(root, spans, milliseconds(root.startTime))
  }
  return { otel, clock, plane, of, close: () => settle(clock, plane.close()) }
}

const milliseconds = ([seconds, nanoseconds]: readonly [number, number]) => seconds * 1_000 + nanoseconds / 1e6

/** A span and what is below it, with times since the beginning of the reload. */
function drawing(span: ReadableSpan, all: readonly ReadableSpan[], zero: number): readonly string[] {
  const children = all.filter(({ parentSpanContext }) => parentSpanContext?.spanId === span.spanContext().spanId)
  const module = span.attributes['trimtab.module']
  const title = `${span.name}${module === undefined ? '' : ` ${String(module)}`}`
  const line = `${title} ${milliseconds(span.startTime) - zero} to ${milliseconds(span.endTime) - zero}`
  return [line, ...children.flatMap((child) => drawing(child, all, zero).map((each) => `  ${each}`))]
}

test('a reload is a span, with its stages and modules as children, each in its time', async () => {
  const { clock, plane, of, close } = await start(true)
  expect((await settle(clock, plane.set({ a: 1, b: 1 }))).status).toBe('full_success')
  expect(of('r2')).toEqual([
    'trimtab.reload 0 to 3640',
    '  trimtab.read 0 to 0',
    '  trimtab.check 0 to 40',
    '  trimtab.apply 40 to 640',
    '    trimtab.module a 40 to 240',
    '    trimtab.module b 240 to 440',
    '    trimtab.module c 440 to 640',
    '  trimtab.bake 640 to 3640',
  ])
  await close()
})

test('at boot modules that do not depend on each other are side by side', async () => {
  const { of, close } = await start()
  expect(of('r1')).toEqual([
    'trimtab.reload 0 to 240',
    '  trimtab.read 0 to 0',
    '  trimtab.check 0 to 40',
    '  trimtab.apply 40 to 240',
    '    trimtab.module a 40 to 140',
    '    trimtab.module b 140 to 240',
    '    trimtab.module c 40 to 140',
  ])
  await close()
})

test('a boot that is gone back to before its verdict bakes until it has that', async () => {
  const { clock, plane, of, close } = await start(true)
  expect((await settle(clock, plane.set({ a: 7 }))).status).toBe('rolled_back')
  await clock.advance(3_000)
  // Committed on top at 480, judged for 3 s, undone in 200 ms, and then the boot by itself.
  expect(of('r1')).toContain('  trimtab.bake 240 to 6680')
  expect(of('r2')).toContain('  trimtab.bake 240 to 3240')
  await close()
})

test('one that failed says where, and one that changed nothing is none', async () => {
  const { otel, clock, plane, of, close } = await start()
  await settle(clock, plane.set({ a: 1, b: 13 }))
  const span = otel.spans.find(
    ({ attributes }) => attributes['trimtab.reload.id'] === 'r2' && 'error.type' in attributes,
  )
  expect(span?.status).toEqual({ code: 2 })
  expect(span?.attributes).toMatchObject({ 'error.type': 'step_failed', 'trimtab.instance': 'shop-1' })
  expect(span?.events.map(({ name, attributes }) => [name, attributes?.['trimtab.module']])).toEqual([
    ['trimtab.module.undone', 'a'],
    ['trimtab.module.failed', 'b'],
  ])
  expect(of('r2').map((line) => line.replace(/ \d.*/, ''))).toEqual([
    'trimtab.reload',
    '  trimtab.read',
    '  trimtab.check',
    '  trimtab.apply',
  ])
  await settle(clock, plane.set({ a: 'x' }))
  expect(otel.spans.at(-1)?.attributes).toMatchObject({
    'error.type': 'validation_failed',
    'trimtab.problems': ['wrong_type'],
  })
  const before = otel.spans.length
  await settle(clock, plane.set({}))
  expect(otel.spans).toHaveLength(before)
  await close()
})

test('a wall clock that is set back meanwhile makes no span end before it began', async () => {
  const { otel, clock, plane, close } = await start()
  const set = plane.set({ a: 1 })
  await clock.advance(100)
  clock.jumpWall(-3_600_000)
  await settle(clock, set)
  for (const { startTime, endTime } of otel.spans)
    expect(milliseconds(endTime)).toBeGreaterThanOrEqual(milliseconds(startTime))
  await close()
})
