import { describe, expect, test } from 'vitest'
import { printOrigin } from '../../model/origin.ts'
import { storeSource } from '../../store/source/store-source.ts'
import { environment, storeWorld } from '../../../../../test/support/store-world.ts'

describe('a plane that reads a store', () => {
  test('has what is published, and says who published it', async () => {
    const { clock, set, start, source } = storeWorld()
    await set('pool.max', 20)
    const plane = await start()
    expect(plane.config.pool).toEqual({ max: 20, idle: 1 })
    expect(plane.explain('pool.max').contributions.map(({ origin }) => origin)).toMatchObject([
      { source: `store:${environment}` },
      { source: 'object:inline' },
    ])
    const cursor = await set('pool.max', 30)
    await clock.advance(0)
    expect(plane.config.pool.max).toBe(30)
    expect(plane.lastOutcome).toMatchObject({ status: 'full_success', triggers: ['store'] })
    const [winner] = plane.explain('pool.max').contributions
    expect(winner && printOrigin(winner.origin)).toBe(`store:${environment} revision 2 by dana`)
    await clock.advance(1_000)
    expect(source(plane)).toMatchObject({
      state: 'read',
      follows: 'push',
      followsBecause: undefined,
      cursor,
      readAt: clock.now() - 1_000,
      age: 1_000,
      staleSince: undefined,
      lastError: undefined,
    })
  })

  test('goes on with what it has while the store is away, says so, and is current by itself again', async () => {
    const { clock, store, set, start, source, lines } = storeWorld()
    await set('pool.max', 20)
    const plane = await start()
    store.faults.down = true
    store.faults.deaf = true
    await set('pool.max', 30)
    await clock.advance(20_000)
    expect(plane.config.pool.max).toBe(20)
    const status = source(plane)
    expect(status).toMatchObject({ state: 'read', lastError: 'The network is down.' })
    expect(status?.staleSince).toBeDefined()
    const reloaded = await plane.reload()
    expect(reloaded).toMatchObject({ status: 'unchanged', problems: [{ severity: 'warning', code: 'unreadable' }] })
    expect(lines.join()).toMatch(/store:checkout\/production.*its last content stays in use, which is of 2026/)
    store.faults.down = false
    await clock.advance(5_000)
    expect(plane.config.pool.max).toBe(30)
    expect(source(plane)).toMatchObject({ staleSince: undefined, lastError: undefined })
    expect((await plane.reload()).problems).toEqual([])
  })

  test('says why it asks in intervals', async () => {
    const { store, start, source } = storeWorld()
    store.feedStatus = () => ({ kind: 'poll', reason: 'a pooler is in the way' })
    const plane = await start()
    expect(source(plane)).toMatchObject({ follows: 'poll', followsBecause: 'a pooler is in the way' })
    store.feedStatus = () => ({ kind: 'connecting', attempts: 1, error: 'refused' })
    expect(source(plane)).toMatchObject({ follows: 'poll', followsBecause: 'refused' })
  })

  test('takes a required environment nobody has published to for a mistake, after waiting for it', async () => {
    const { clock, store, set, start } = storeWorld()
    const sources = [storeSource({ store, environment })]
    const failing = start({ sources }).then(
      () => 'started',
      (error: unknown) => String(error),
    )
    await clock.advance(16_000)
    expect(await failing).toMatch(/nothing has ever been published to checkout\/production/)
    const waiting = start({ sources })
    await clock.advance(3_000)
    await set('pool.max', 7)
    await clock.advance(3_000)
    expect((await waiting).config.pool.max).toBe(7)
  })

  test('refuses options that can not be meant', () => {
    const { store } = storeWorld()
    expect(() => storeSource({ store, environment: 'checkout' })).toThrow(/app\/environment/)
    expect(() => storeSource({ store: {} as never, environment })).toThrow(/option store/)
    expect(() => storeSource({ environment } as never)).toThrow(/option store/)
    expect(() => storeSource({ store, environment, optinal: true } as never)).toThrow(/Did you mean optional/)
  })
})

describe('tenants of a store', () => {
  const tenants = (store: Parameters<typeof storeSource>[0]['store']) => ({ mode: 'shared' as const, store })

  test('share one feed with the environment, and follow it', async () => {
    const { clock, store, set, publish, start } = storeWorld()
    const acme = `${environment}/acme`
    await set('limits.rate', 5, acme)
    const plane = await start({ tenants: tenants(store) })
    expect(store.asked.all).toBe(1)
    expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
    expect(plane.tenants.get('other').config).toBe(plane.config)
    const before = store.asked.since
    await set('limits.rate', 6, acme)
    await clock.advance(0)
    expect(store.asked.since - before).toBe(1)
    expect(plane.tenants.get('acme').config.limits.rate).toBe(6)

    await publish({ scope: environment, path: 'pool.max', value: 50 }, { scope: acme, path: 'limits.rate', value: 7 })
    await clock.advance(0)
    expect(plane.tenants.get('acme').config).toMatchObject({ pool: { max: 50 }, limits: { rate: 7 } })
    expect(plane.tenants.get('other').config).toMatchObject({ pool: { max: 50 }, limits: { rate: 100 } })

    await publish({ scope: acme, path: 'limits', remove: true })
    await clock.advance(0)
    expect(plane.tenants.get('acme').config).toBe(plane.config)
  })

  test('have the state the store says', async () => {
    const { clock, store, set, publish, start } = storeWorld()
    const acme = `${environment}/acme`
    await set('limits.rate', 5, acme)
    const plane = await start({ tenants: tenants(store) })
    const stateOf = () => plane.tenants.stateOf(plane.tenants.get('acme').id)
    const move = async (state: 'active' | 'suspended' | 'removed') => {
      await publish({ scope: acme, state })
      await clock.advance(0)
      return [stateOf(), plane.tenants.get('acme').config.limits.rate]
    }
    expect(stateOf()).toBe('active')
    expect(await move('suspended')).toEqual(['suspended', 5])
    expect(await move('active')).toEqual(['active', 5])
    expect(await move('removed')).toEqual(['unknown', 100])
    expect(plane.tenants.list()).toEqual([])
    expect(await move('active')).toEqual(['active', 100])
  })

  test('keep theirs where a publish is refused for one of them', async () => {
    const { clock, store, set, start } = storeWorld()
    await set('limits.rate', 5, `${environment}/acme`)
    const plane = await start({ tenants: tenants(store) })
    await set('limits.rate', 5_000, `${environment}/acme`)
    await set('limits.rate', 6, `${environment}/other`)
    await clock.advance(0)
    expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
    expect(plane.tenants.status('acme').held?.hasGood).toBe(true)
    expect(plane.tenants.get('other').config.limits.rate).toBe(6)
  })

  test('need to be told which environment where that is not clear', async () => {
    const { store, start } = storeWorld()
    await expect(start({ sources: [], tenants: tenants(store) })).rejects.toThrow(/name one/)
    await expect(start({ tenants: { mode: 'perDatabase', store } as never })).rejects.toThrow(
      /`store`, which does not go/,
    )
    await expect(start({ tenants: { mode: 'elsewhere', store } as never })).rejects.toThrow(/'shared'/)
    await expect(start({ tenants: { folder: 'tenants', store } as never })).rejects.toThrow(/go with/)
    await expect(start({ tenants: { mode: 'shared' } as never })).rejects.toThrow(/store has to be/)
    const other = await start({ sources: [], tenants: { ...tenants(store), environment: 'checkout/staging' } })
    expect(other.tenants.list()).toEqual([])
  })
})
