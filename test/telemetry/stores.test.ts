import { expect, test } from 'vitest'
import { openOtel } from '../support/otel.ts'
import { environment, storeWorld } from '../support/store-world.ts'

const terms = { author: 'dana', message: 'why' }
const scope = environment
const genesis = { revision: 0, hash: '' }

async function open({ withTenants = false } = {}) {
  const otel = openOtel()
  const world = storeWorld()
  const { meterProvider } = otel
  const { store } = world
  if (withTenants) await world.set('limits.rate', 5, `${environment}/acme`)
  const tenants = withTenants ? ({ mode: 'shared', store } as const) : undefined
  const plane = await world.start({ telemetry: { meterProvider }, tenants })
  /** The series of a metric, by the value of one attribute. */
  const by = async (name: string, attribute: string) => {
    const series = (await otel.collect()).filter((each) => each.name === name)
    return Object.fromEntries(series.map(({ attributes, value }) => [String(attributes[attribute]), value]))
  }
  return { ...world, ...otel, plane, by }
}

test('publishes are counted by how they ended, whoever in the process publishes, and other environments are not', async () => {
  const { memory, plane, by, collect } = await open()
  const edits = [{ scope, path: 'pool.max', value: 20 }]
  const published = await plane.publish(edits, terms)
  if (published.kind !== 'published') throw new Error(published.kind)
  const { cursor: expected } = published
  await memory.publish(edits, { ...terms, expected })
  await memory.publish(edits, { ...terms, expected: genesis })
  await memory.publish([{ ...edits[0], scope: 'other/production' }] as typeof edits, { ...terms, expected: genesis })
  await memory.publish([], { ...terms, expected })
  const back = await memory.rollback(environment, 0, { ...terms, expected })
  if (back.kind !== 'published') throw new Error(back.kind)
  const controller = new AbortController()
  const givenUp = memory.publish(edits, { ...terms, expected: back.cursor, signal: controller.signal })
  controller.abort()
  await expect(givenUp).rejects.toThrow()
  const outcomes = { published: 2, unchanged: 1, conflict: 1, refused: 1, failed: 1 }
  expect(await by('trimtab.publishes', 'trimtab.publish.outcome')).toEqual(outcomes)
  const durations = (await collect()).filter(({ name }) => name === 'trimtab.publish.duration')
  const counted = durations.map(({ attributes, count }) => [attributes['trimtab.publish.outcome'], count])
  expect(Object.fromEntries(counted)).toEqual(outcomes)
  // Of the one without an edit nobody knows where it was to go.
  const named = await by('trimtab.publishes', 'trimtab.environment')
  expect(Object.keys(named).toSorted()).toEqual([environment, 'undefined'])
})

test('notifications are counted by what they are worth', async () => {
  const { set, memory, clock, by } = await open()
  await set('pool.max', 20)
  await set('pool.max', 21)
  await memory.publish([{ scope: 'other/production', path: 'a', value: 1 }], { ...terms, expected: genesis })
  await clock.advance(0)
  expect(await by('trimtab.feed.notifications', 'trimtab.notification.kind')).toEqual({
    delivered: 2,
    duplicate: 0,
    late: 0,
    malformed: 0,
    unknown: 1,
    missed: 0,
  })
  expect(await by('trimtab.feed.disconnects', 'trimtab.disconnect.reason')).toEqual({
    ended: 0,
    silent: 0,
    failed: 0,
    unheard: 0,
  })
})

test('a store is stale after its third failed reading, until one is completed, and its age grows meanwhile', async () => {
  const { store, clock, valueOf } = await open()
  const stale = () => valueOf('trimtab.source.stale', { 'trimtab.source': `store:${environment}` })
  const failures = () => valueOf('trimtab.feed.failures', { 'trimtab.environment': environment })
  const age = async () => (await valueOf('trimtab.feed.age', { 'trimtab.environment': environment })) ?? 0
  await clock.advance(21_000)
  expect([await stale(), await age()]).toEqual([0, 1])
  store.faults.down = true
  const seen: unknown[] = [await stale()]
  while (((await failures()) ?? 0) < 4) {
    await clock.runNext()
    seen[(await failures()) ?? 0] = await stale()
  }
  expect(seen).toEqual([0, 0, 0, 1, 1])
  await clock.advance(60_000)
  expect(await age()).toBeGreaterThan(60)
  store.faults.down = false
  // Whoever is only woken has read nothing yet.
  store.faults.silent = true
  store.wake()
  await clock.advance(0)
  expect(await stale()).toBe(1)
  store.faults.silent = false
  await clock.advance(20_000)
  expect([await stale(), (await age()) < 5]).toEqual([0, true])
})

test('activations are timed by how they ended, twenty at once as one', async () => {
  const { plane, store, clock, collect, valueOf } = await open({ withTenants: true })
  const activations = async () => {
    const series = (await collect()).filter(({ name }) => name === 'trimtab.tenant.activation.duration')
    const of = (outcome: string) =>
      series.find(({ attributes }) => attributes['trimtab.activation.outcome'] === outcome)
    return ['activated', 'failed'].map((outcome) => [of(outcome)?.count, of(outcome)?.value])
  }
  const active = () => valueOf('trimtab.tenant.count', { 'trimtab.tenant.state': 'active' })
  await plane.tenants.suspend('acme')
  expect(await active()).toBe(0)
  store.faults.delay = 1_500
  const activating = Promise.all(Array.from({ length: 20 }, () => plane.tenants.activate('acme')))
  await clock.advance(1_500)
  await activating
  expect([await active(), await activations()]).toEqual([
    1,
    [
      [1, 1.5],
      [undefined, undefined],
    ],
  ])
  store.faults.delay = 0
  store.faults.down = true
  await expect(plane.tenants.activate('acme')).rejects.toThrow()
  expect((await activations())[1]).toEqual([1, 0])
  // It is tried again by itself, and each try counts.
  await clock.advance(30_000)
  expect(Number((await activations())[1]?.[0])).toBeGreaterThan(3)
})

test('what tenants read is counted when it is decided, and not when it is read', async () => {
  const { plane, set, clock, by } = await open({ withTenants: true })
  const counts = () => by('trimtab.tenant.snapshots', 'trimtab.snapshot.outcome')
  const acme = plane.tenants.get('acme')
  const bare = plane.tenants.get('bare')
  const read = () => {
    for (let round = 0; round < 1_000; round += 1) void [acme.config, bare.config]
  }
  read()
  const before = await counts()
  read()
  expect(await counts()).toEqual(before)
  await set('pool.max', 20)
  await clock.advance(0)
  read()
  const after = await counts()
  expect(after).toEqual({ reused: (before['reused'] ?? 0) + 1, built: (before['built'] ?? 0) + 1, stale: 0 })
  await set('limits.rate', 5_000, `${environment}/acme`)
  await clock.advance(0)
  read()
  expect(await counts()).toEqual({ ...after, stale: 1 })
  expect(acme.config.limits.rate).toBe(5)
})

test('the values that a tenant has of its own are counted, and are none when it is gone', async () => {
  const { plane, publish, clock, by } = await open({ withTenants: true })
  const entries = () => by('trimtab.overlay.entries', 'trimtab.tenant')
  expect(await entries()).toEqual({ acme: 1 })
  await publish({ scope: `${environment}/globex`, path: 'limits.rate', value: 7 })
  await clock.advance(0)
  expect(await entries()).toEqual({ acme: 1, globex: 1 })
  await plane.tenants.remove('acme')
  expect(await entries()).toEqual({ acme: 0, globex: 1 })
})
