import { createPlane, memoryStore, objectSource } from 'trimtab'
import { createManualClock } from 'trimtab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type FaultyStore, faultyStore } from '../support/faulty-store.ts'
import { openOtel } from '../support/otel.ts'
import { settle } from '../support/settle.ts'
import { config, environment } from '../support/store-world.ts'

/** A plane whose tenants have a store in memory each, or all the same one. */
async function start({ isOneForAll = false } = {}) {
  const otel = openOtel()
  const clock = createManualClock()
  const stores = new Map<string, FaultyStore>()
  const open = async (tenant: string) => {
    const store = stores.get(tenant) ?? faultyStore(memoryStore({ clock }), clock)
    stores.set(tenant, store)
    if (isOneForAll) return stores.values().next().value ?? store
    // The tests go on with it after the plane has left it.
    return { ...store, close: async () => {} }
  }
  const { meterProvider } = otel
  const plane = await createPlane({
    config,
    clock,
    random: () => 0.5,
    sources: [objectSource({})],
    tenants: { mode: 'perDatabase', environment, open, idleAfter: 60_000, idlePoll: 60_000 },
    telemetry: { meterProvider },
    logger: false,
  })
  onTestFinished(async () => void (await settle(clock, plane.close())))
  const by = async (name: string, attribute: string) => {
    const series = (await otel.collect()).filter((each) => each.name === name)
    return Object.fromEntries(series.map(({ attributes, value }) => [String(attributes[attribute]), value]))
  }
  const storeOf = (tenant: string) => {
    const store = stores.get(tenant)
    if (store === undefined) throw new Error(`Nobody has asked for the store of ${tenant}`)
    return store
  }
  const activate = (tenant: string) => settle(clock, plane.tenants.activate(tenant))
  return { ...otel, clock, plane, by, storeOf, activate }
}

test('stores of tenants are one environment: the oldest counts, and a stale one has its own series', async () => {
  const { clock, plane, by, storeOf, activate } = await start()
  for (const tenant of ['acme', 'globex']) await activate(tenant)
  const age = async () => (await by('trimtab.feed.age', 'trimtab.environment'))[environment] ?? 0
  const failures = async () => (await by('trimtab.feed.failures', 'trimtab.environment'))[environment] ?? 0
  expect(await by('trimtab.feed.push', 'trimtab.environment')).toEqual({ [environment]: 1 })
  expect(await by('trimtab.tenant.stale', 'trimtab.tenant')).toEqual({})
  storeOf('acme').faults.down = true
  await clock.advance(30_000)
  expect(await by('trimtab.tenant.stale', 'trimtab.tenant')).toEqual({ acme: 1 })
  expect([(await age()) > 20, (await failures()) > 3]).toEqual([true, true])
  const before = await failures()
  await settle(clock, plane.tenants.suspend('acme'))
  expect(await by('trimtab.tenant.stale', 'trimtab.tenant')).toEqual({ acme: 0 })
  expect([(await age()) < 5, (await failures()) >= before]).toEqual([true, true])
})

test('a store that nobody reads is neither old nor asked in intervals', async () => {
  const { clock, plane, by, activate } = await start()
  await activate('acme')
  await clock.advance(61_000 + 50_000)
  expect(plane.tenants.status('acme')).toMatchObject({ state: 'active' })
  expect(await by('trimtab.feed.push', 'trimtab.environment')).toEqual({ [environment]: 1 })
  expect(await by('trimtab.feed.age', 'trimtab.environment')).toEqual({})
})

test('what their listeners have heard and what is published to them is counted', async () => {
  const { clock, by, storeOf, activate } = await start()
  for (const tenant of ['acme', 'globex']) {
    await activate(tenant)
    const edits = [{ scope: `${environment}/${tenant}`, path: 'limits.rate', value: 5 }]
    const expected = { revision: 0, hash: '' }
    await storeOf(tenant).publish(edits, { author: 'dana', message: 'why', expected })
    await clock.advance(0)
  }
  expect(await by('trimtab.feed.notifications', 'trimtab.notification.kind')).toMatchObject({ delivered: 2 })
  expect(await by('trimtab.publishes', 'trimtab.publish.outcome')).toEqual({ published: 2 })
  expect(await by('trimtab.overlay.entries', 'trimtab.tenant')).toEqual({ acme: 1, globex: 1 })
})

test('a publish to a store that several tenants were given is told and counted once, and so is a notification', async () => {
  const { clock, plane, by, storeOf, activate } = await start({ isOneForAll: true })
  const told: string[] = []
  plane.events.on(({ type }) => void told.push(type))
  for (const tenant of ['acme', 'globex', 'initech']) await activate(tenant)
  const edits = [{ scope: `${environment}/acme`, path: 'limits.rate', value: 5 }]
  await storeOf('acme').publish(edits, { author: 'dana', message: 'why', expected: { revision: 0, hash: '' } })
  await clock.advance(0)
  expect(await by('trimtab.publishes', 'trimtab.publish.outcome')).toEqual({ published: 1 })
  expect(await by('trimtab.feed.notifications', 'trimtab.notification.kind')).toMatchObject({ delivered: 1 })
  expect(told.filter((type) => type === 'dev.trimtab.store.published')).toHaveLength(1)
})
