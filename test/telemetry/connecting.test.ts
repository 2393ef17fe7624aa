import { setImmediate as turn } from 'node:timers/promises'
import { metrics, trace } from '@opentelemetry/api'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { createPlane, defineConfig, dynamic } from 'trimtab'
import { createManualClock, createTestPlane, scriptedSource } from 'trimtab/testing'
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { openTelemetry } from '../../packages/trimtab/src/plane/telemetry/open-telemetry.ts'
import { disposers } from '../../packages/trimtab/src/primitives/disposers.ts'
import type { OtelApi, OtelMeterProvider, OtelTracerProvider } from '../../packages/trimtab/src/telemetry/otel-api.ts'
import { hearingLogger } from '../support/hearing-logger.ts'
import { openOtel } from '../support/otel.ts'
import { settle } from '../support/settle.ts'

const config = defineConfig(z.object({ max: dynamic(z.number().default(1)) }))

test('the providers of OpenTelemetry fit, also by their types', () => {
  expectTypeOf<MeterProvider>().toExtend<OtelMeterProvider>()
  expectTypeOf<BasicTracerProvider>().toExtend<OtelTracerProvider>()
  expectTypeOf<typeof import('@opentelemetry/api')>().toExtend<OtelApi>()
})

test('without the option the global providers are told, from the boot on', async () => {
  const otel = openOtel()
  metrics.setGlobalMeterProvider(otel.meterProvider)
  trace.setGlobalTracerProvider(otel.tracerProvider)
  onTestFinished(() => {
    metrics.disable()
    trace.disable()
  })
  const plane = await createTestPlane(config)
  // Nobody waits for the package: what happens meanwhile is told when it is there.
  while ((await otel.collect()).length === 0) await turn()
  expect(await otel.valueOf('trimtab.generation')).toBe(1)
  expect(await otel.valueOf('trimtab.reloads', { 'trimtab.reload.trigger': 'boot' })).toBe(1)
  expect(otel.spans.map(({ name }) => name)).toContain('trimtab.reload')
  await plane.close()

  const silent = await createTestPlane(config, { telemetry: false, instance: 'silent' })
  expect(await otel.valueOf('trimtab.generation', { 'trimtab.instance': 'silent' })).toBeUndefined()
  await silent.close()
})

test('a boot that fails is told as well', async () => {
  const otel = openOtel()
  const { meterProvider, tracerProvider } = otel
  const boot = createTestPlane(config, { tree: { max: 'x' }, telemetry: { meterProvider, tracerProvider } })
  await expect(boot).rejects.toMatchObject({ code: 'config_invalid' })
  const failed = { 'trimtab.reload.status': 'validation_failed' }
  expect(await otel.valueOf('trimtab.reloads', failed)).toBe(1)
  expect(otel.spans.at(-1)?.attributes).toMatchObject(failed)
})

test('after the plane nothing is asked of it, and nothing recorded', async () => {
  const otel = openOtel()
  const asked = { added: 0, removed: 0 }
  const meterProvider: OtelMeterProvider = {
    getMeter(name, version) {
      const meter = otel.meterProvider.getMeter(name, version)
      const { addBatchObservableCallback: add, removeBatchObservableCallback: remove } = meter
      return Object.assign(meter, {
        addBatchObservableCallback: (...given: Parameters<typeof add>) => {
          asked.added += 1
          add.apply(meter, given)
        },
        removeBatchObservableCallback: (...given: Parameters<typeof remove>) => {
          asked.removed += 1
          remove.apply(meter, given)
        },
      })
    },
  }
  const clock = createManualClock()
  const source = scriptedSource({ name: 'main' })
  const { tracerProvider } = otel
  const plane = await createPlane({
    config,
    sources: [source],
    clock,
    logger: false,
    telemetry: { meterProvider, tracerProvider },
  })
  const age = () => otel.valueOf('trimtab.source.age', { 'trimtab.source': source.name })
  await clock.advance(5_000)
  expect(await age()).toBe(5)
  expect(asked).toEqual({ added: 1, removed: 0 })
  await settle(clock, plane.close())
  expect(asked).toEqual({ added: 1, removed: 1 })
  await clock.advance(5_000)
  // The SDK goes on giving the last value: the plane is not asked for a newer one.
  expect(await age()).toBe(5)
})

describe('where the package is not installed', () => {
  const missing = async (): Promise<never> => {
    const error = new Error("Cannot find package '@opentelemetry/api' imported from /srv/app/index.js")
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
  }
  const parts = { instance: 'shop-1', modules: [], clock: createManualClock() }

  test('nothing is recorded and nothing said, unless it was asked for', async () => {
    const open = disposers()
    const logger = hearingLogger()
    await openTelemetry({ ...parts, options: undefined, logger, load: missing }, open).ready
    expect(logger.lines).toEqual([])
    const asked = openTelemetry({ ...parts, options: {}, logger, load: missing }, open)
    await expect(asked.ready).rejects.toMatchObject({
      code: 'dependency_missing',
      message: expect.stringContaining('npm install @opentelemetry/api'),
    })
    expect(await open.dispose()).toEqual([])
  })

  test('one that is broken is no reason not to start, unless it was asked for', async () => {
    const open = disposers()
    const logger = hearingLogger()
    const broken = async (): Promise<never> => {
      throw new SyntaxError('Unexpected token')
    }
    await openTelemetry({ ...parts, options: undefined, logger, load: broken }, open).ready
    expect(logger.lines.join()).toContain('Unexpected token')
    await expect(openTelemetry({ ...parts, options: {}, logger, load: broken }, open).ready).rejects.toThrow(
      SyntaxError,
    )
    await open.dispose()
  })
})

test.each([
  [true, 'has to be false or an object'],
  [{ meters: 1 }, 'telemetry.meters is not known'],
  [{ meterProvider: {} }, 'telemetry.meterProvider'],
  [{ tracerProvider: 'x' }, 'telemetry.tracerProvider'],
  [{ tenantLabels: 1_001 }, 'telemetry.tenantLabels'],
  [{ tenantLabels: 0.5 }, 'telemetry.tenantLabels'],
])('the option %j is refused', async (telemetry, why) => {
  // As somebody writes it who has no types.
  const options = { telemetry } as { telemetry: false }
  await expect(createTestPlane(config, options)).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining(why),
  })
})
