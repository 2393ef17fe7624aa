import { expect, test } from 'vitest'
import { memoryDatabases } from '../../../../../test/support/memory-databases.ts'
import { config, environment } from '../../../../../test/support/store-world.ts'
import { TrimtabError } from '../../errors/trimtab-error.ts'
import type { ConfigStore } from '../../store/config-store.ts'
import { homeOverlays } from '../../store/homes/home-overlays.ts'
import type { OpenTenantStore } from '../../store/homes/home-options.ts'
import { memoryStore } from '../../store/memory/memory-store.ts'

test('an activation that was given up and closes slowly takes nothing from the next one', async () => {
  const { clock, set, start, state, opened, live } = memoryDatabases()
  await set('acme', 5)
  const { tenants, rate } = await start()
  Object.assign(state, { silent: true, closing: 3_000 })
  const first = tenants.activate('acme').catch((error: unknown) => error)
  // Given up after 10 s, and tried again within 250 ms, while the first store is closing.
  await clock.advance(10_300)
  expect(await first).toMatchObject({ code: 'store_unavailable' })
  state.silent = false
  for (const store of opened) Object.assign(store.faults, { silent: false, delay: 1_500 })
  await clock.advance(2_000)
  for (const store of opened) store.faults.delay = 1_500
  await clock.advance(30_000)
  expect([tenants.status('acme').state, rate('acme'), live.size]).toEqual(['active', 5, 1])
  state.closing = 0
})

test('a store that is given again is listened to again where that had ended', async () => {
  const { clock, set, start, memoryOf } = memoryDatabases()
  const inner = memoryOf('acme')
  let rounds = 0
  const same: ConfigStore = {
    ...inner,
    async *wakeups(...asked) {
      rounds += 1
      for await (const _ of inner.wakeups(...asked)) {
        yield
        // It breaks its promise.
        if (rounds === 1) return
      }
    },
    async close() {},
  }
  const { tenants, rate, taking } = await start({ open: () => same })
  await taking(tenants.activate('acme'))
  await clock.advance(1_000)
  await set('acme', 6)
  await clock.advance(0)
  expect([rate('acme'), rounds]).toEqual([6, 2])
})

test('a store whose wakeups end at once is not asked in a loop', async () => {
  const { clock, start, memoryOf } = memoryDatabases()
  const inner = memoryOf('acme')
  let asked = 0
  let opened = 0
  const open = (): ConfigStore => {
    opened += 1
    // So that one that is asked on and on ends the test, too.
    if (opened > 100) throw new Error('enough')
    return {
      ...inner,
      async *wakeups() {
        yield
      },
      since(...terms) {
        asked += 1
        return inner.since(...terms)
      },
      async close() {},
    }
  }
  const { tenants, taking } = await start({ open })
  await taking(tenants.activate('acme'))
  await clock.advance(60_000)
  expect(opened).toBe(1)
  expect(asked).toBeLessThan(60)
})

test.each<[string, OpenTenantStore]>([
  ['throws nothing', () => Promise.reject(undefined)],
  [
    'throws at once',
    () => {
      throw new Error('postgres://acme:hunter2@db')
    },
  ],
  // What JavaScript lets through.
  ['gives nothing', () => undefined as never],
  ['gives half a store', () => ({ ...memoryStore(), events: undefined }) as never],
  ['never settles', () => new Promise(() => {})],
  [
    'gives a store that is closed',
    async () => {
      const store = memoryStore()
      await store.close()
      return store
    },
  ],
])('what opens a store, and %s, costs its tenant the activation and leaves nothing', async (_, open) => {
  const { clock, start, lines } = memoryDatabases()
  const { tenants } = await start({ open })
  const failed = tenants.activate('acme').catch((error: unknown) => error)
  await clock.advance(30_000)
  const error = await failed
  expect(error).toMatchObject({ code: expect.stringMatching(/^(store_unavailable|option_invalid)$/) })
  expect(() => tenants.get('acme').config).toThrow(expect.objectContaining({ code: 'tenant_not_active' }))
  expect(`${String(error)} ${lines.join()}`).not.toContain('hunter2')
})

test('a store that comes too late is closed, whatever that throws', async () => {
  const { clock, start, memoryOf } = memoryDatabases()
  const given: ((store: ConfigStore) => void)[] = []
  const { tenants } = await start({ open: () => new Promise((resolve) => given.push(resolve)) })
  const activation = tenants.activate('acme').catch((error: unknown) => error)
  await clock.advance(0)
  await tenants.remove('acme')
  let closed = 0
  const close = () => {
    closed += 1
    throw new Error('closed badly')
  }
  for (const give of given) give({ ...memoryOf('acme'), close })
  await clock.advance(100)
  expect([await activation, closed]).toMatchObject([{ code: 'tenant_not_active' }, 1])
})

test.each([0, 5_000, 10_050])(
  'an activation that fails is not forgotten over new credentials, %i ms after it began',
  async (wait) => {
    const { clock, set, start, state } = memoryDatabases()
    await set('acme', 5)
    const { tenants, rate } = await start()
    state.silent = true
    const activation = tenants.activate('acme').catch((error: unknown) => error)
    await clock.advance(wait)
    const rotation = tenants.rotateCredentials('acme').catch((error: unknown) => error)
    await clock.advance(10_100)
    expect(await activation).toMatchObject({ code: 'store_unavailable' })
    state.silent = false
    await clock.advance(20_000)
    expect([await rotation, tenants.status('acme').state, rate('acme')]).toMatchObject([{}, 'active', 5])
  },
)

test('a tenant that there is not is asked for once, however often its id is made up', async () => {
  const { clock, start, lines } = memoryDatabases()
  const asked: string[] = []
  const open: OpenTenantStore = (tenant) => {
    asked.push(tenant)
    throw new TrimtabError('tenant_unknown', `There is no tenant ${tenant}.`)
  }
  const { tenants, taking } = await start({ open })
  const ids = Array.from({ length: 100 }, (_, index) => `made-up-${index}`)
  for (const id of ids) await expect(taking(tenants.ready(id))).rejects.toMatchObject({ code: 'tenant_unknown' })
  await clock.advance(60_000)
  expect([asked, clock.pending]).toEqual([ids, 0])
  expect(lines.at(-1)).toBe('The tenant made-up-99 could not be activated: There is no tenant made-up-99.')
})

test('whoever has left is not waited for by readers any more', async () => {
  const { clock, open } = memoryDatabases()
  const watched = new Set<string>()
  const reader = homeOverlays({ environment, open }).openHomes({
    clock,
    random: () => 0.5,
    shape: config.shape,
    watchReads: (tenant, isWatched) => void (isWatched ? watched.add(tenant) : watched.delete(tenant)),
  })
  const attached = reader.homes.attach('acme', new AbortController().signal)
  await clock.advance(10)
  await attached
  expect([...watched]).toEqual(['acme'])
  await reader.homes.detach('acme', false)
  expect([...watched]).toEqual([])
  await reader.close()
})
