import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { config, environment, storeWorld } from '../../../../../test/support/store-world.ts'
import { defineModule } from '../../modules/define-module.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const acme = `${environment}/acme`

async function open(options: Parameters<ReturnType<typeof storeWorld>['start']>[0] = {}) {
  const world = storeWorld()
  await world.set('limits.rate', 5, acme)
  const plane = await world.start({ tenants: { mode: 'shared', store: world.store }, ...options })
  const rate = () => plane.tenants.get('acme').config.limits.rate
  const settled = () => world.clock.advance(0)
  return { ...world, plane, tenants: plane.tenants, rate, settled }
}

describe('the life of a tenant', () => {
  test('goes from active to suspended and back, and says which values are old', async () => {
    const { tenants, rate, set, settled, clock, publish, events } = await open()
    const changes: unknown[] = []
    tenants.watch('limits.rate', ({ previous, next }) => changes.push([previous, next]))
    expect(tenants.status('acme')).toMatchObject({ state: 'active', staleSince: undefined })
    expect(await tenants.suspend('acme')).toMatchObject({ state: 'suspended', staleSince: clock.now() })
    await set('limits.rate', 6, acme)
    await settled()
    expect(rate()).toBe(5)
    expect(await tenants.activate('acme')).toMatchObject({ state: 'active', staleSince: undefined })
    expect(rate()).toBe(6)

    await tenants.suspend('acme')
    await publish({ scope: acme, path: 'limits', remove: true })
    await settled()
    expect(rate()).toBe(6)
    await tenants.activate('acme')
    expect(rate()).toBe(100)
    expect(changes).toEqual([
      [5, 6],
      [6, 100],
    ])
    const moved = events.flatMap((event) =>
      event.type === 'dev.trimtab.tenant.state_changed' ? [event.data.state] : [],
    )
    expect(moved).toEqual(['suspended', 'active', 'suspended', 'active'])
  })

  test('ends with its removal, and begins anew', async () => {
    const { tenants, rate } = await open()
    expect(await tenants.remove('acme')).toMatchObject({ state: 'unknown', hasOverlay: false, lastOutcome: undefined })
    expect(tenants.list()).toEqual([])
    expect(rate()).toBe(100)
    expect(await tenants.remove('acme')).toMatchObject({ state: 'unknown' })
    expect(await tenants.activate('acme')).toMatchObject({ state: 'active', hasOverlay: true })
    expect(rate()).toBe(5)
  })

  test('follows what the store says, where that is newer', async () => {
    const { tenants, publish, settled } = await open()
    const state = () => tenants.status('acme').state
    await tenants.suspend('acme')
    await publish({ scope: acme, state: 'active' })
    await settled()
    // It said that before.
    expect(state()).toBe('suspended')
    await publish({ scope: acme, state: 'suspended' })
    await settled()
    await tenants.activate('acme')
    expect(state()).toBe('active')
    await publish({ scope: acme, state: 'removed' })
    await settled()
    expect(state()).toBe('unknown')
    await publish({ scope: acme, state: 'active' })
    await settled()
    expect(state()).toBe('active')
  })

  test('is not begun by calls that have nothing to do', async () => {
    const { tenants } = await open()
    for (const step of ['suspend', 'remove', 'rotateCredentials'] as const) {
      expect(await tenants[step]('nobody')).toMatchObject({ tenant: 'nobody', state: 'unknown' })
    }
    expect(tenants.list()).toEqual(['acme'])
    await expect(tenants.activate('../acme')).rejects.toMatchObject({ code: 'tenant_context_invalid' })
    expect(await tenants.rotateCredentials('acme')).toMatchObject({ state: 'active' })
  })

  test('is activated once by twenty at once, and by a removal at the end not at all', async () => {
    const { tenants, store, clock } = await open()
    await tenants.suspend('acme')
    store.faults.delay = 100
    const before = store.asked.since
    const all = Array.from({ length: 20 }, () => tenants.activate('acme'))
    await clock.advance(150)
    expect(new Set((await Promise.all(all)).map(({ state }) => state))).toEqual(new Set(['active']))
    expect(store.asked.since - before).toBe(1)
    const many = Array.from({ length: 10 }, () => tenants.activate('acme'))
    const removed = tenants.remove('acme')
    await clock.advance(500)
    await Promise.all(many)
    expect(await removed).toMatchObject({ state: 'unknown' })
  })

  test('says that the store is away, claims nothing, and is taken up when it is back', async () => {
    const { tenants, store, clock, rate, set } = await open()
    await tenants.suspend('acme')
    store.faults.down = true
    await set('limits.rate', 6, acme)
    await expect(tenants.activate('acme')).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(tenants.status('acme')).toMatchObject({ state: 'suspended' })
    expect(rate()).toBe(5)
    await clock.advance(20_000)
    expect(tenants.status('acme').state).toBe('suspended')
    store.faults.down = false
    await clock.advance(5_000)
    expect(tenants.status('acme').state).toBe('active')
    expect(rate()).toBe(6)
  })

  test('does not go on with an activation that something else was asked for after', async () => {
    const { tenants, store, clock } = await open()
    await tenants.suspend('acme')
    store.faults.down = true
    await expect(tenants.activate('acme')).rejects.toThrow()
    await tenants.suspend('acme')
    store.faults.down = false
    await clock.advance(60_000)
    expect(tenants.status('acme').state).toBe('suspended')
  })

  test('ends in what was asked for last, in whatever order', async () => {
    const step = fc.constantFrom(
      'activate' as const,
      'suspend' as const,
      'remove' as const,
      'rotateCredentials' as const,
    )
    const run = async (steps: readonly ('activate' | 'suspend' | 'remove' | 'rotateCredentials')[]) => {
      const clock = createManualClock()
      const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 5 } } } })
      const plane = await createTestPlane(config, { clock, tenants: { overlays } })
      await Promise.all(steps.map((each) => plane.tenants[each]('acme')))
      let expected = 'active'
      for (const each of steps) {
        if (each === 'activate') expected = 'active'
        if (each === 'suspend' && expected !== 'unknown') expected = 'suspended'
        if (each === 'remove') expected = 'unknown'
      }
      expect(plane.tenants.status('acme').state).toBe(expected)
      expect(plane.tenants.status('acme').hasOverlay).toBe(expected !== 'unknown')
      await plane.close()
      expect(clock.pending).toBe(0)
    }
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 8 }), run), { numRuns: 60 })
  }, 60_000)
})

describe('ready()', () => {
  test('activates one that nobody has heard of where it has to be, and refuses suspended ones', async () => {
    const clock = createManualClock()
    const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 5 } } }, unlisted: 'not_active' })
    const plane = await createTestPlane(config, { clock, tenants: { overlays } })
    const { tenants } = plane
    expect((await tenants.ready('acme')).config.limits.rate).toBe(5)
    expect(() => tenants.get('other').config).toThrow(/has not been activated/)
    const [one, two] = await Promise.all([tenants.ready('other'), tenants.ready('other')])
    expect(one).toBe(two)
    expect(one.config).toBe(plane.config)
    await tenants.suspend('acme')
    await expect(tenants.ready('acme')).rejects.toMatchObject({ code: 'tenant_suspended' })
    await plane.close()
  })
})

describe('seed()', () => {
  const terms = { author: 'migration', message: 'Defaults of the old system' }

  test('publishes what is missing, once, and never over what somebody has set or taken away', async () => {
    const { tenants, memory, publish, settled, rate } = await open()
    const tree = async () => (await memory.readEnvironment(environment)).overlays.get('acme')
    expect(await tenants.seed('acme', { limits: { rate: 7 } }, terms)).toMatchObject({ kind: 'unchanged' })
    expect(await tenants.seed('other', { limits: { rate: 7 } }, terms)).toMatchObject({
      kind: 'published',
      revision: { ...terms },
    })
    await publish({ scope: acme, path: 'limits.rate', remove: true })
    expect(await tenants.seed('acme', { limits: { rate: 7 } }, terms)).toMatchObject({ kind: 'unchanged' })
    expect(await tree()).toBeUndefined()
    await settled()
    expect(rate()).toBe(100)
    expect(await tenants.seed('acme', {}, terms)).toMatchObject({ kind: 'unchanged' })
    expect(await tenants.seed('new', { limits: { rate: 7 } }, { ...terms, author: ' ' })).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'author_invalid' }],
    })
  })

  test('tries again where others publish, and needs a store', async () => {
    const { tenants, store, memory, set } = await open()
    let before = 3
    store.publish = async (...asked) => {
      if (before > 0) await set('pool.max', 10 + before--)
      return memory.publish(...asked)
    }
    expect(await tenants.seed('other', { limits: { rate: 7 } }, terms)).toMatchObject({ kind: 'published' })
    const plane = await createTestPlane(config, { tenants: { overlays: scriptedOverlays() } })
    await expect(plane.tenants.seed('acme', {}, terms)).rejects.toMatchObject({ code: 'not_writable' })
    await plane.close()
    const bare = await createTestPlane(config)
    await expect(bare.tenants.activate('acme')).rejects.toMatchObject({ code: 'part_not_configured' })
    await bare.close()
  })
})

describe('drain()', () => {
  test('ends all work at once, and names whose did not end', async () => {
    const clock = createManualClock()
    const hung = new Set<string>()
    const module = defineModule({
      name: 'limits',
      config: config.section('limits'),
      start: () => ({}),
      reloadTenant({ tenant, signal }) {
        if (tenant !== 'acme') return undefined
        hung.add(tenant)
        return new Promise<undefined>((resolve) => {
          // It takes its time, also when it is told to stop.
          signal.addEventListener('abort', () => clock.schedule(5_000, () => resolve(undefined)))
        })
      },
    })
    const overlays = scriptedOverlays({ trees: { acme: {}, other: {} } })
    const plane = await createTestPlane(config, { clock, modules: [module], tenants: { overlays } })
    for (const tenant of ['acme', 'other']) overlays.set(tenant, { limits: { rate: 7 } })
    await clock.advance(10)
    expect([...hung]).toEqual(['acme'])
    const controller = new AbortController()
    const draining = plane.tenants.drain({ signal: controller.signal })
    await clock.advance(10)
    controller.abort()
    const report = await draining
    expect(report.unfinished).toEqual(['acme'])
    const again = plane.tenants.drain()
    await clock.advance(60_000)
    expect(await again).toEqual({ unfinished: [] })
    await expect(plane.tenants.activate('acme')).rejects.toMatchObject({ code: 'plane_closed' })
    expect(plane.tenants.get('other').config.limits.rate).toBe(7)
    const closing = plane.close()
    await clock.advance(60_000)
    await closing
  })

  test('names a listener that hangs, follows nothing more, and leaves the plane as it is', async () => {
    const { tenants, plane, set, settled, clock, rate, store } = await open()
    await set('limits.rate', 6, `${environment}/other`)
    await settled()
    let letGo = () => {}
    const told: string[] = []
    tenants.watch('limits.rate', ({ tenant }) => {
      told.push(tenant)
      return tenant === 'acme' ? new Promise<void>((resolve) => (letGo = resolve)) : Promise.reject(new Error('mine'))
    })
    await set('limits.rate', 7, acme)
    await set('limits.rate', 7, `${environment}/other`)
    await settled()
    expect(told).toEqual(['acme', 'other'])
    const controller = new AbortController()
    const draining = tenants.drain({ signal: controller.signal })
    await settled()
    controller.abort()
    expect(await draining).toEqual({ unfinished: ['acme'] })
    // Without a signal it has its end, too.
    const again = tenants.drain()
    await clock.advance(30_000)
    expect(await again).toEqual({ unfinished: ['acme'] })

    const { asked } = store
    await set('limits.rate', 8, acme)
    const end = plane.refresh()
    await settled()
    expect(await end).toMatchObject({ status: 'unchanged' })
    expect([rate(), told.length, asked.all]).toEqual([7, 2, 1])
    await expect(tenants.activate('acme')).rejects.toMatchObject({ code: 'plane_closed' })
    await set('pool.max', 30)
    await plane.refresh()
    expect(plane.config.pool.max).toBe(30)
    letGo()
    expect(await tenants.drain()).toEqual({ unfinished: [] })
  })
})
