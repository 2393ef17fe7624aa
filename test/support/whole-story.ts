import {
  createPlane,
  defineConfig,
  defineModule,
  dynamic,
  memoryStore,
  perTenant,
  secret,
  storeSource,
  TrimtabError,
  type TrimtabEvent,
} from 'trimtab'
import { type EventSink, functionSink } from 'trimtab/sinks'
import { createManualClock, createRecording, type ManualClock, scriptedOverlays, scriptedSource } from 'trimtab/testing'
import { expect } from 'vitest'
import { z } from 'zod'
import { faultyStore } from './faulty-store.ts'
import type { Otel } from './otel.ts'
import { settle } from './settle.ts'

/** What must be in nothing that is told or recorded. */
export const planted = { old: 'hunter2-old', new: 'hunter2-new', tenant: 'hunter2-tenant', emitted: 4_711_471 }

const config = defineConfig(
  z.object({
    a: dynamic(z.object({ value: z.number().default(0), password: secret(z.string().default(planted.old)) })),
    b: dynamic(z.object({ value: z.number().default(0), pin: secret(z.number().default(planted.emitted)) })),
    limits: perTenant(z.object({ rate: z.number().default(1), key: secret(z.string()).optional() })),
    port: z.number().default(1),
  }),
)

/** What goes wrong at the moment. */
interface Troubles {
  verdict: 'stable' | 'unhealthy'
  isSick: boolean
  hangs: boolean
  isSinkBroken: boolean
  areTenantsAway: boolean
}

/** A plane under a clock that is moved by hand, to which everything is about to happen. */
async function openStory(otel: Pick<Otel, 'meterProvider' | 'tracerProvider'> | undefined) {
  const clock = createManualClock()
  const recording = createRecording()
  const troubles: Troubles = {
    verdict: 'unhealthy',
    isSick: false,
    hangs: false,
    isSinkBroken: false,
    areTenantsAway: false,
  }
  const a = recording.module({ name: 'a', config: config.section('a'), reloads: true })
  const b = recording.module({ name: 'b', config: config.section('b'), dependsOn: [a] })
  const teller = defineModule({
    name: 'teller',
    config: config.section('b'),
    dependsOn: [a],
    start({ config: { pin }, emit }) {
      const text = `it is ${planted.old}`
      emit('started', { text, pin: pin.reveal(), secret: pin as never, list: [planted.old] })
      return {}
    },
    health: () => !troubles.isSick,
  })
  const heard: TrimtabEvent[] = []
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const logger = { debug: write, info: write, warn: write, error: write }
  const flaky: EventSink = {
    name: 'flaky',
    open: () => ({
      deliver() {
        if (troubles.isSinkBroken) throw new Error(`no connection with ${planted.old}`)
      },
    }),
  }
  const sick = () => (troubles.hangs ? new Promise<boolean>(() => {}) : !troubles.isSick)
  const source = scriptedSource({ name: 'main', tree: {} })
  source.fail({ code: 'unreadable', severity: 'error', message: 'the disk is gone' })
  const memory = memoryStore({ clock })
  const store = faultyStore(memory, clock)
  const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 2 } }, globex: {} } })
  const refresh = async () => {
    if (troubles.areTenantsAway) throw new TrimtabError('store_unavailable', `no connection with ${planted.old}`)
  }
  const plane = await createPlane({
    config,
    sources: [storeSource({ store, environment: 'shop/production', optional: true }), source],
    fallback: scriptedSource({ name: 'spare', tree: {} }),
    modules: [a, b, teller],
    tenants: { overlays: { ...overlays, open: (host) => ({ ...overlays.open(host), refresh }) } },
    checks: [
      {
        name: 'sick',
        interval: 1_000,
        run: sick,
        remedy: { after: 2, edits: { 'a.value': 50 }, for: '10m', reason: `instead of ${planted.old}` },
      },
      {
        name: 'other',
        optional: true,
        interval: 1_000,
        run: sick,
        remedy: { after: 3, edits: { 'b.value': 50 }, for: '10m', reason: 'as well' },
      },
    ],
    health: { remedies: { atMost: 1 } },
    bake: {
      judge: {
        judge: async () => {
          await new Promise<void>((resolve) => clock.schedule(100, resolve))
          const { verdict: kind } = troubles
          return kind === 'stable' ? { kind } : { kind, reasons: [`worse with ${planted.old}`] }
        },
      },
    },
    events: { sinks: [functionSink((event) => heard.push(event), { name: 'test' }), flaky] },
    ...(otel === undefined
      ? { telemetry: false }
      : { telemetry: { meterProvider: otel.meterProvider, tracerProvider: otel.tracerProvider } }),
    instance: 'shop-1',
    clock,
    random: () => 0.5,
    logger,
  })
  const change = async (tree: Parameters<typeof source.set>[0]) => {
    source.set(tree)
    await clock.advance(200)
  }
  return { clock, recording, troubles, source, memory, store, overlays, plane, heard, lines, change }
}

type Story = Awaited<ReturnType<typeof openStory>>

/**
 * Has everything happen to a plane that events are told of, and that is measured. Its tenants are drained by then; it is
 * left running, and sick.
 */
export async function liveThroughEverything(otel?: Pick<Otel, 'meterProvider' | 'tracerProvider'>) {
  const story = await openStory(otel)
  const { clock, troubles, change, plane, heard, lines } = story
  // It runs on the fallback, unproved; then on what is configured.
  await clock.advance(200)
  troubles.verdict = 'stable'
  await change({})
  await clock.advance(10_000)
  await reloads(story)
  await tenants(story)
  await publishes(story)
  await sickness(story)
  const closeOther = await storesOfTheirOwn(story.clock, otel)
  return { plane, heard, lines, close: () => settle(clock, Promise.all([closeOther(), plane.close()])) }
}

/** Taken, superseded while it baked, refused, undone by health, undone by failures until the breaker opens, stuck. */
async function reloads({ clock, recording, troubles, source, plane, change }: Story): Promise<void> {
  await change({ a: { value: 1, password: planted.new }, b: { value: 1 } })
  source.set({ a: { value: 2 } })
  await clock.advance(10)
  await change({ a: { value: 3 }, b: { value: 3 } })
  await change({ a: { value: 3 }, b: { value: 3 }, port: 2 })
  await change({ a: { value: planted.new } })
  troubles.verdict = 'unhealthy'
  await change({ a: { value: 4 } })
  troubles.verdict = 'stable'
  await change({})
  recording.script('b', 'start', { kind: 'throw', error: new Error(`refused ${planted.old}`) })
  await change({ a: { value: 5 }, b: { value: 5 } })
  await clock.advance(60_000)
  recording.script('b', 'start', { kind: 'ok' })
  await change({})
  await clock.advance(200)
  recording.script('a', 'reload', { kind: 'throw', error: new Error(`no way with ${planted.old}`) })
  await change({ a: { value: 6 } })
  recording.script('a', 'reload', { kind: 'ok' })
  plane.clearStuck()
  await change({})

  const { override } = await settle(clock, plane.override({ 'a.value': 9 }, { for: '1s', reason: planted.old }))
  const second = await settle(clock, plane.override({ 'b.value': 9 }, { for: '1s', reason: 'INC-1' }))
  override?.withdraw()
  await clock.advance(1_500)
  expect(second.outcome.status).toBe('full_success')
  await settle(clock, plane.override({ 'b.value': 10 }, { for: '1h', reason: 'INC-3' }))
}

/** Changed, refused, mended; suspended, not listed, activated in the end; work for others, and none at all. */
async function tenants({ clock, troubles, overlays, plane }: Story): Promise<void> {
  overlays.set('acme', { limits: { rate: 3, key: planted.tenant } })
  await clock.advance(10)
  overlays.set('acme', { limits: { rate: planted.tenant } })
  await clock.advance(10)
  overlays.set('acme', { limits: { rate: 4 } })
  await settle(clock, plane.tenants.rotateCredentials('acme'))
  overlays.suspend('acme', true)
  overlays.suspend('globex', true)
  overlays.failList('the disk is gone')
  await clock.advance(60_000)
  overlays.failList(undefined)
  await clock.advance(60_000)
  troubles.areTenantsAway = true
  await expect(settle(clock, plane.tenants.activate('acme'))).rejects.toThrow()
  troubles.areTenantsAway = false
  await clock.advance(10_000)
  expect(plane.tenants.status('acme').state).toBe('active')
  overlays.set('acme', { limits: { rate: planted.tenant } })
  await clock.advance(10)
  for (const tenant of ['acme', 'globex']) {
    expect(() => plane.guard.assert({ tenant, resource: planted.old, operation: 'read' })).toThrow()
  }
  plane.guard.setAllow(['shared/'], { actor: 'dana', reason: planted.old })
  plane.guard.setMode('lenient', { actor: 'dana', reason: 'INC-2' })
  await settle(clock, plane.tenants.drain())
}

/** A store that is published to, lost, back, and restored to an older point. */
async function publishes({ clock, memory, store, plane }: Story): Promise<void> {
  const restore = memory.backup()
  const publish = { scope: 'shop/production', path: 'b.value', value: 8 }
  const terms = { author: 'dana', message: `instead of ${planted.old}` }
  const published = await settle(clock, plane.publish([publish], terms))
  const refused = await settle(clock, plane.publish([{ ...publish, path: '' }], { ...terms, author: '' }))
  expect([published.kind, refused.kind]).toEqual(['published', 'refused'])
  store.faults.down = true
  await clock.advance(30_000)
  store.faults.down = false
  await clock.advance(5_000)
  restore()
  await clock.advance(10)
}

/** Sick, then well again, then hanging. A sink that fails, and takes events again. */
async function sickness({ clock, troubles }: Story): Promise<void> {
  troubles.isSick = true
  troubles.isSinkBroken = true
  await clock.advance(20_000)
  troubles.isSick = false
  troubles.isSinkBroken = false
  await clock.advance(60_000)
  troubles.hangs = true
  await clock.advance(20_000)
}

/** Another plane: a tenant with a store of its own, which is away. */
async function storesOfTheirOwn(
  clock: ManualClock,
  otel: Pick<Otel, 'meterProvider' | 'tracerProvider'> | undefined,
): Promise<() => Promise<void>> {
  const store = faultyStore(memoryStore({ clock }), clock)
  const { meterProvider } = otel ?? {}
  const plane = await createPlane({
    config,
    sources: [scriptedSource({ name: 'main', tree: {} })],
    tenants: { mode: 'perDatabase', environment: 'shop/tenants', open: async () => store },
    telemetry: meterProvider === undefined ? false : { meterProvider },
    instance: 'shop-1',
    clock,
    random: () => 0.5,
    logger: false,
  })
  await settle(clock, plane.tenants.activate('acme'))
  store.faults.down = true
  await clock.advance(30_000)
  return async () => void (await plane.close())
}
