import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineModule } from '../../modules/define-module.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const config = defineConfig(
  z.object({
    pool: dynamic(z.object({ max: z.number().default(10) })),
    limits: perTenant(z.object({ rate: z.number().max(50).default(10) })),
  }),
)

async function start() {
  const clock = createManualClock()
  const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 5 } } } })
  /** In whose name what was done, by what it was. */
  const names: string[] = []
  const note = (what: string) => void names.push(`${what} for ${plane?.tenants.current()?.id ?? 'nobody'}`)
  const pool = defineModule({
    name: 'pool',
    config: config.section('pool'),
    start() {
      note('start')
      // What a resource begins goes on in the context that it was begun in.
      const timer = { cancel: clock.schedule(1_000, () => note('timer')).cancel }
      return { timer }
    },
    stop() {
      note('stop')
    },
  })
  const limits = defineModule({
    name: 'limits',
    config: config.section('limits'),
    start: () => ({}),
    reload() {},
    reloadTenant({ tenant }) {
      note(`the own values of ${tenant}`)
    },
  })
  let plane: Awaited<ReturnType<typeof boot>> | undefined = undefined
  const boot = () => createTestPlane(config, { clock, modules: [pool, limits], tenants: { overlays } })
  plane = await boot()
  names.splice(0)
  const said = () => names.splice(0)
  return { plane, tenants: plane.tenants, overlays, clock, note, said }
}

test('a reload that work for a tenant asks for is nobody’s: what it starts serves all', async () => {
  const { plane, tenants, clock, note, said } = await start()
  plane.watch('pool', () => note('watch'))
  plane.events.on(({ type }) => void (type === 'dev.trimtab.reload.completed' && note('event')))
  await tenants.run('acme', () => plane.set({ pool: { max: 20 } }))
  await clock.advance(1_000)
  const first = said()
  expect(first).toEqual(
    expect.arrayContaining(['start for nobody', 'watch for nobody', 'event for nobody', 'timer for nobody']),
  )
  expect(first.filter((name) => !name.endsWith('nobody'))).toEqual([])

  const overriding = tenants.run('acme', () => plane.override({ 'pool.max': 30 }, { for: '1h', reason: 'more' }))
  await clock.advance(1_000)
  await overriding
  expect(said().filter((name) => !name.endsWith('nobody'))).toEqual([])
  const closing = tenants.run('acme', () => plane.close())
  await clock.advance(1_000)
  await closing
  expect(said()).toEqual(['stop for nobody'])
})

test('a tenant that another tenant’s work has reloaded is changed in its own name, and told of in nobody’s', async () => {
  const { plane, tenants, overlays, clock, note, said } = await start()
  tenants.events.on(({ kind }) => note(kind))
  tenants.watch('limits.rate', ({ tenant }) => note(`the rate of ${tenant}`))
  overlays.set('acme', { limits: { rate: 6 } })
  await tenants.run('globex', () => tenants.reload('acme'))
  expect(said()).toEqual([
    'the own values of acme for acme',
    'changed for nobody',
    'the rate of acme for acme',
    'settled for nobody',
  ])
  for (const step of ['suspend', 'activate', 'remove', 'rotateCredentials', 'ready'] as const) {
    await tenants.run('globex', () => tenants[step]('acme'))
  }
  await tenants.run('globex', () => tenants.reloadAll())
  await clock.advance(0)
  expect(said().filter((name) => name.includes('globex'))).toEqual([])
  await plane.close()
})

test('that a tenant is held is told in nobody’s name, whoever’s reading found it out', async () => {
  const { plane, tenants, overlays, clock, note, said } = await start()
  overlays.set('acme', { limits: { rate: 40 } })
  await clock.advance(0)
  tenants.events.on(({ kind }) => note(kind))
  said()
  overlays.set('acme', { limits: { rate: 99 } })
  await tenants.run('globex', async () => {
    void tenants.get('acme').config
    await clock.advance(0)
    void tenants.get('acme').config
  })
  expect(said()).toEqual(['held for nobody', 'settled for nobody'])
  await plane.close()
})

test('health that work for a tenant asks for is looked at for all', async () => {
  const clock = createManualClock()
  const names: string[] = []
  const who = () => plane.tenants.current()?.id ?? 'nobody'
  const check = {
    name: 'db',
    run() {
      names.push(`check for ${who()}`)
      throw new Error('is down')
    },
  }
  const plane = await createTestPlane(config, { clock, checks: [check] })
  plane.health.events.on(({ kind }) => void names.push(`${kind} for ${who()}`))
  for (let round = 0; round < 5; round += 1) {
    await plane.tenants.run('acme', () => plane.health.check({ fresh: true }))
    await clock.advance(500)
  }
  expect(names).toContain('check for nobody')
  expect(names).toContain('transition for nobody')
  expect(names.filter((name) => !name.endsWith('nobody'))).toEqual([])
  await plane.close()
})

test('a check that work for a tenant adds is looked at for all, and so are the others from then on', async () => {
  const clock = createManualClock()
  const names: string[] = []
  const check = (name: string) => ({
    name,
    interval: 1_000,
    run: () => void names.push(`${name} for ${plane.tenants.current()?.id ?? 'nobody'}`),
  })
  const plane = await createTestPlane(config, { clock })
  const remove = plane.tenants.run('acme', () => plane.health.add(check('db')))
  plane.health.add(check('queue'))
  await clock.advance(3_000)
  plane.tenants.run('acme', remove)
  await clock.advance(3_000)
  expect(names).toContain('db for nobody')
  expect(names.filter((name) => !name.endsWith('nobody'))).toEqual([])
  await plane.close()
})

test('what work for a tenant has told goes to sinks and listeners in nobody’s name', async () => {
  const clock = createManualClock()
  const names: string[] = []
  const note = (what: string) => void names.push(`${what} for ${plane.tenants.current()?.id ?? 'nobody'}`)
  const teller = defineModule({
    name: 'teller',
    config: config.section('pool'),
    start: ({ emit }) => ({ tell: () => emit('told', {}) }),
    reload() {},
  })
  const sink = { name: 'list', open: () => ({ deliver: ({ type }: { type: string }) => note(`sink ${type}`) }) }
  const plane = await createTestPlane(config, { clock, modules: [teller], events: { sinks: [sink] } })
  plane.events.on(({ type }) => note(`listener ${type}`))
  const overriding = plane.override({ 'pool.max': 30 }, { for: '1h', reason: 'more' })
  await clock.advance(0)
  const { override } = await overriding
  await plane.tenants.run('acme', async () => {
    await plane.use(teller, ({ tell }) => tell())
    override?.withdraw()
    await clock.advance(0)
  })
  expect(names).toContain('sink dev.trimtab.module.emitted for nobody')
  expect(names).toContain('sink dev.trimtab.override.withdrawn for nobody')
  expect(names).toContain('listener dev.trimtab.override.withdrawn for nobody')
  expect(names.filter((name) => !name.endsWith('nobody'))).toEqual([])
  await plane.close()
})
