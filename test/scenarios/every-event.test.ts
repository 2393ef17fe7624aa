import {
  createPlane,
  defineConfig,
  defineModule,
  dynamic,
  memoryStore,
  perTenant,
  secret,
  storeSource,
  type TrimtabEvent,
} from 'trimtab'
import { faultyStore } from '../support/faulty-store.ts'
import { type EventSink, type EventType, eventTypes, functionSink } from 'trimtab/sinks'
import { createManualClock, createRecording, scriptedOverlays, scriptedSource } from 'trimtab/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { expectValid } from '../support/check-event.ts'
import { expectAbsent } from '../support/no-leak.ts'
import { settle } from '../support/settle.ts'

const passwords = { old: 'hunter2-old', new: 'hunter2-new', tenant: 'hunter2-tenant', emitted: 4_711_471 }

const config = defineConfig(
  z.object({
    a: dynamic(z.object({ value: z.number().default(0), password: secret(z.string().default(passwords.old)) })),
    b: dynamic(z.object({ value: z.number().default(0), pin: secret(z.number().default(passwords.emitted)) })),
    limits: perTenant(z.object({ rate: z.number().default(1), key: secret(z.string()).optional() })),
    port: z.number().default(1),
  }),
)

test('every type of event is told by a plane, is valid, comes in order, and shows no secret', async () => {
  const clock = createManualClock()
  const recording = createRecording()
  const a = recording.module({ name: 'a', config: config.section('a'), reloads: true })
  const b = recording.module({ name: 'b', config: config.section('b'), dependsOn: [a] })
  const teller = defineModule({
    name: 'teller',
    config: config.section('b'),
    dependsOn: [a],
    start({ config: { pin }, emit }) {
      emit('started', {
        text: `it is ${passwords.old}`,
        pin: pin.reveal(),
        secret: pin as never,
        list: [passwords.old],
      })
      return {}
    },
  })
  const heard: TrimtabEvent[] = []
  let isBroken = false
  const flaky: EventSink = {
    name: 'flaky',
    open: () => ({
      deliver() {
        if (isBroken) throw new Error(`no connection with ${passwords.old}`)
      },
    }),
  }
  let verdict: 'stable' | 'unhealthy' = 'unhealthy'
  let isSick = false
  let hangs = false
  const sick = () => (hangs ? new Promise<boolean>(() => {}) : !isSick)
  const source = scriptedSource({ name: 'main', tree: {} })
  source.fail({ code: 'unreadable', severity: 'error', message: 'the disk is gone' })
  const memory = memoryStore({ clock })
  const store = faultyStore(memory, clock)
  const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 2 } } } })
  const plane = await createPlane({
    config,
    sources: [storeSource({ store, environment: 'shop/production', optional: true }), source],
    fallback: scriptedSource({ name: 'spare', tree: {} }),
    modules: [a, b, teller],
    tenants: { overlays },
    checks: [
      {
        name: 'sick',
        interval: 1_000,
        run: sick,
        remedy: { after: 2, edits: { 'a.value': 50 }, for: '10m', reason: `instead of ${passwords.old}` },
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
          return verdict === 'stable' ? { kind: verdict } : { kind: verdict, reasons: [`worse with ${passwords.old}`] }
        },
      },
    },
    events: { sinks: [functionSink((event) => heard.push(event), { name: 'test' }), flaky] },
    clock,
    random: () => 0.5,
    logger: false,
  })
  const change = async (tree: Parameters<typeof source.set>[0]) => {
    source.set(tree)
    await clock.advance(200)
  }
  await clock.advance(200)
  verdict = 'stable'
  await change({})
  await clock.advance(10_000)

  // Reloads: taken, superseded while baking, refused, undone by a failure until the breaker opens, undone by health.
  await change({ a: { value: 1, password: passwords.new }, b: { value: 1 } })
  source.set({ a: { value: 2 } })
  await clock.advance(10)
  await change({ a: { value: 3 }, b: { value: 3 } })
  await change({ a: { value: 3 }, b: { value: 3 }, port: 2 })
  await change({ a: { value: passwords.new } })
  verdict = 'unhealthy'
  await change({ a: { value: 4 } })
  verdict = 'stable'
  await change({})
  recording.script('b', 'start', { kind: 'throw', error: new Error(`refused ${passwords.old}`) })
  await change({ a: { value: 5 }, b: { value: 5 } })
  await clock.advance(60_000)
  recording.script('b', 'start', { kind: 'ok' })
  await change({})
  await clock.advance(200)
  recording.script('a', 'reload', { kind: 'throw', error: new Error(`no way with ${passwords.old}`) })
  await change({ a: { value: 6 } })
  recording.script('a', 'reload', { kind: 'ok' })
  plane.clearStuck()
  await change({})

  // Overrides, tenants, the guard.
  const { override } = await settle(clock, plane.override({ 'a.value': 9 }, { for: '1s', reason: passwords.old }))
  const second = await settle(clock, plane.override({ 'b.value': 9 }, { for: '1s', reason: 'INC-1' }))
  override?.withdraw()
  await clock.advance(1_500)
  expect(second.outcome.status).toBe('full_success')
  overlays.set('acme', { limits: { rate: 3, key: passwords.tenant } })
  await clock.advance(10)
  overlays.set('acme', { limits: { rate: passwords.tenant } })
  await clock.advance(10)
  overlays.set('acme', { limits: { rate: 4 } })
  overlays.suspend('acme', true)
  overlays.failList('the disk is gone')
  await clock.advance(60_000)
  overlays.failList(undefined)
  await clock.advance(60_000)
  expect(() => plane.guard.assert({ tenant: 'acme', resource: passwords.old, operation: 'read' })).toThrow()
  plane.guard.setAllow(['shared/'], { actor: 'dana', reason: passwords.old })
  plane.guard.setMode('lenient', { actor: 'dana', reason: 'INC-2' })

  // A store that is published to, lost, back, and restored to an older point.
  const restore = memory.backup()
  const publish = { scope: 'shop/production', path: 'b.value', value: 8 }
  await settle(clock, plane.publish([publish], { author: 'dana', message: `instead of ${passwords.old}` }))
  store.faults.down = true
  await clock.advance(30_000)
  store.faults.down = false
  await clock.advance(5_000)
  restore()
  await clock.advance(10)

  // Health: sick, then well again, then hanging. A sink that fails, and takes events again.
  isSick = true
  isBroken = true
  await clock.advance(20_000)
  isSick = false
  isBroken = false
  await clock.advance(60_000)
  hangs = true
  await clock.advance(20_000)
  await settle(clock, plane.close())

  const told = new Set<string>(heard.map(({ type }) => type))
  expect(Object.keys(eventTypes).filter((type) => !told.has(type))).toEqual([])
  for (const event of heard) expectValid(event)
  expect(heard.map(({ sequence }) => Number(sequence))).toEqual(heard.map((_, index) => index + 1))
  expectAbsent(JSON.stringify(heard), Object.values(passwords).map(String))
  const emitted = heard.find((event) => event.type === 'dev.trimtab.module.emitted')
  expect(emitted?.data).toEqual({
    module: 'teller',
    name: 'started',
    data: { text: 'it is [secret]', pin: '[secret]', secret: '[secret]', list: ['[secret]'] },
  })
  const named: readonly EventType[] = ['dev.trimtab.override.applied', 'dev.trimtab.guard.violated']
  for (const type of named) expect(JSON.stringify(heard.filter((event) => event.type === type))).toContain('[secret]')
})
