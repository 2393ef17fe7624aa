import { createPlane, defineConfig, defineModule, dynamic, memoryStore, perTenant, secret, storeSource } from 'trimtab'
import { type EventSink, functionSink } from 'trimtab/sinks'
import { createManualClock, createRecording, scriptedOverlays, scriptedSource } from 'trimtab/testing'
import { z } from 'zod'
import type { Otel } from '../support/otel.ts'
import { settle } from '../support/settle.ts'

/** What must be in nothing that is recorded. */
export const planted = { old: 'hunter2-old', new: 'hunter2-new', tenant: 'hunter2-tenant' }

const config = defineConfig(
  z.object({
    a: dynamic(z.object({ value: z.number().default(0), password: secret(z.string().default(planted.old)) })),
    b: dynamic(z.object({ value: z.number().default(0) })),
    limits: perTenant(z.object({ rate: z.number().default(1), key: secret(z.string()).optional() })),
    port: z.number().default(1),
  }),
)

/** A plane under a clock that is moved by hand, to which everything happens that is measured. It is left running. */
export async function liveThroughEverything({ meterProvider, tracerProvider }: Otel) {
  const clock = createManualClock()
  const recording = createRecording()
  const a = recording.module({ name: 'a', config: config.section('a'), reloads: true })
  const b = recording.module({ name: 'b', config: config.section('b'), dependsOn: [a] })
  const health = defineModule({ name: 'c', config: config.section('b'), start: () => ({}), health: () => !isSick })
  const refusing: EventSink = {
    name: 'refusing',
    open: () => ({
      deliver() {
        throw new Error(`no connection with ${planted.old}`)
      },
    }),
  }
  let isSick = false
  let hangs = false
  let isGood = false
  const sick = () => (hangs ? new Promise<boolean>(() => {}) : !isSick)
  const source = scriptedSource({ name: 'main', tree: {} })
  source.fail({ code: 'unreadable', severity: 'error', message: `the disk of ${planted.old} is gone` })
  const store = memoryStore({ clock })
  const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 2 } }, globex: {} } })
  const plane = await createPlane({
    config,
    sources: [storeSource({ store, environment: 'shop/production', optional: true }), source],
    fallback: scriptedSource({ name: 'spare', tree: {} }),
    modules: [a, b, health],
    tenants: { overlays },
    checks: [
      {
        name: 'sick',
        interval: 1_000,
        run: sick,
        remedy: { after: 2, edits: { 'a.value': 50 }, for: '10m', reason: `instead of ${planted.old}` },
      },
    ],
    health: { remedies: { atMost: 1 } },
    bake: {
      judge: {
        judge: async () => {
          await new Promise<void>((resolve) => clock.schedule(100, resolve))
          return isGood ? { kind: 'stable' } : { kind: 'unhealthy', reasons: [`worse with ${planted.old}`] }
        },
      },
    },
    events: { sinks: [functionSink(() => {}, { name: 'sound' }), refusing] },
    telemetry: { meterProvider, tracerProvider },
    instance: 'shop-1',
    clock,
    random: () => 0.5,
    logger: false,
  })
  const change = async (tree: Parameters<typeof source.set>[0]) => {
    source.set(tree)
    await clock.advance(200)
  }
  // It runs on the fallback, unproved; then on what is configured.
  await clock.advance(200)
  isGood = true
  await change({})
  await clock.advance(10_000)

  // Taken, superseded while it baked, refused, undone by health, undone by failures until the breaker opens.
  await change({ a: { value: 1, password: planted.new }, b: { value: 1 } })
  source.set({ a: { value: 2 } })
  await clock.advance(10)
  await change({ a: { value: 3 }, b: { value: 3 } })
  await change({ a: { value: 3 }, b: { value: 3 }, port: 2 })
  await change({ a: { value: planted.new } })
  isGood = false
  await change({ a: { value: 4 } })
  isGood = true
  await change({})
  recording.script('b', 'start', { kind: 'throw', error: new Error(`refused ${planted.old}`) })
  await change({ a: { value: 5 }, b: { value: 5 } })
  await clock.advance(60_000)
  recording.script('b', 'start', { kind: 'ok' })
  await change({})

  overlays.set('acme', { limits: { rate: 3, key: planted.tenant } })
  await clock.advance(10)
  overlays.set('acme', { limits: { rate: planted.tenant } })
  await clock.advance(10)
  overlays.suspend('globex', true)
  await clock.advance(10)
  for (const tenant of ['acme', 'globex']) {
    try {
      plane.guard.assert({ tenant, resource: planted.old, operation: 'read' })
    } catch {
      // Refused, as it should be.
    }
  }
  await settle(clock, plane.override({ 'b.value': 9 }, { for: '1h', reason: planted.old }))

  const restore = store.backup()
  const publish = { scope: 'shop/production', path: 'b.value', value: 8 }
  await settle(clock, plane.publish([publish], { author: 'dana', message: planted.old }))
  restore()
  await clock.advance(10)

  isSick = true
  await clock.advance(20_000)
  isSick = false
  await clock.advance(60_000)
  hangs = true
  await clock.advance(20_000)
  return { plane, close: () => settle(clock, plane.close()) }
}
