import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryDatabases } from '../../../../../test/support/memory-databases.ts'
import { environment } from '../../../../../test/support/store-world.ts'
import { createController } from '../../primitives/concurrency/abort.ts'
import type { Edit } from '../../store/edit.ts'
import { memoryStore } from '../../store/memory/memory-store.ts'

describe('a tenant with a store of its own', () => {
  test('is not there before it is activated, and never has what all share instead', async () => {
    const { set, start, live } = memoryDatabases()
    await set('acme', 5)
    const { tenants, rate, taking } = await start()
    const handle = tenants.get('acme')
    expect(() => handle.config).toThrow(expect.objectContaining({ code: 'tenant_not_active' }))
    expect([tenants.stateOf(handle.id), tenants.list(), live.size]).toEqual(['unknown', [], 0])
    const [one, other] = await taking(Promise.all([tenants.ready('acme'), tenants.ready('acme')]))
    expect([one, other]).toEqual([handle, handle])
    expect([handle.config.limits.rate, live.size]).toEqual([5, 1])
    // One that has nothing of its own has what all share, once it is known to have nothing.
    expect((await taking(tenants.ready('bare'))).config.limits.rate).toBe(42)

    expect(await taking(tenants.remove('acme'))).toMatchObject({ state: 'unknown', feed: undefined })
    expect(() => handle.config).toThrow(expect.objectContaining({ code: 'tenant_not_active' }))
    expect(() => rate('acme')).toThrow(expect.objectContaining({ code: 'tenant_not_active' }))
    expect([live.size, tenants.list()]).toEqual([1, ['bare']])
  })

  test('is told of its changes at once, and nobody else is woken', async () => {
    const { set, start, clock } = memoryDatabases()
    const { tenants, rate, taking } = await start()
    const seen: unknown[] = []
    for (const tenant of ['acme', 'globex']) await taking(tenants.activate(tenant))
    tenants.watch('limits.rate', ({ tenant, previous, next }) => seen.push([tenant, previous, next]))
    await set('acme', 6)
    await clock.advance(0)
    expect([rate('acme'), rate('globex'), seen]).toEqual([6, 42, [['acme', 42, 6]]])
    expect(tenants.status('acme')).toMatchObject({
      state: 'active',
      staleSince: undefined,
      feed: { follows: 'push', cursor: { revision: 1 } },
    })
  })

  test('ignores what its store says of others, and of its state', async () => {
    const { publish, set, start, clock } = memoryDatabases()
    const { tenants, rate, taking } = await start()
    await set('acme', 5)
    await taking(tenants.activate('acme'))
    await publish(
      'acme',
      { scope: environment, path: 'limits.rate', value: 1 },
      { scope: `${environment}/globex`, path: 'limits.rate', value: 2 },
      { scope: `${environment}/acme`, state: 'suspended' },
    )
    await clock.advance(0)
    expect([rate('acme'), tenants.list(), tenants.status('acme').state]).toEqual([5, ['acme'], 'active'])
  })

  test('is activated once by twenty at once', async () => {
    const { start, opened, listening } = memoryDatabases()
    const { tenants, taking } = await start()
    const all = await taking(Promise.all(Array.from({ length: 20 }, () => tenants.activate('acme'))))
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['active']))
    expect([opened.length, listening.size]).toEqual([1, 1])
  })

  test('leaves nothing behind where it is removed in the middle of its activation', async () => {
    const { start, opened, live, listening, clock } = memoryDatabases()
    const { tenants } = await start()
    const open = Array.from({ length: 10 }, () => tenants.activate('acme'))
    for (const each of open) each.catch(() => {})
    await clock.advance(0)
    for (const store of opened) Object.assign(store.faults, { silent: true, down: true })
    expect(await tenants.remove('acme')).toMatchObject({ state: 'unknown' })
    expect([live.size, listening.size, tenants.list()]).toEqual([0, 0, []])

    const slow = tenants.activate('acme')
    slow.catch(() => {})
    const removal = tenants.remove('acme')
    await expect(slow).rejects.toMatchObject({ code: 'tenant_not_active' })
    expect(await removal).toMatchObject({ state: 'unknown' })
    expect([live.size, listening.size]).toEqual([0, 0])
    await clock.advance(60_000)
    expect(tenants.list()).toEqual([])
  })

  test('is removed, or drained, when its store is closed, in the middle of its activation too', async () => {
    const { start, state, live, clock } = memoryDatabases()
    const { tenants } = await start()
    Object.assign(state, { closing: 50, silent: true })
    for (const leave of [() => tenants.remove('acme'), () => tenants.drain()]) {
      const activation = tenants.activate('acme').catch((error: unknown) => error)
      await clock.advance(0)
      expect(live.size).toBe(1)
      const left = leave().then(() => live.size)
      await clock.advance(200)
      expect(await left).toBe(0)
      expect(await activation).toMatchObject({ code: expect.stringMatching(/^(tenant_not_active|plane_closed)$/) })
    }
  })

  test('is left in time where its store does not close', async () => {
    const { start, state, clock } = memoryDatabases()
    const { tenants, taking } = await start()
    await taking(tenants.activate('acme'))
    state.closing = 600_000
    expect(await taking(tenants.suspend('acme'), 6_000)).toMatchObject({ state: 'suspended' })
    await clock.advance(600_000)
    state.closing = 0
  })

  test('keeps what it had while it is suspended, unconnected, and sees then what was taken away meanwhile', async () => {
    const { set, publish, start, live, clock } = memoryDatabases()
    await set('acme', 5)
    const { tenants, rate, taking } = await start()
    const seen: unknown[] = []
    await taking(tenants.activate('acme'))
    tenants.watch('limits.rate', ({ previous, next }) => seen.push([previous, next]))
    expect(await taking(tenants.suspend('acme'))).toMatchObject({ state: 'suspended', staleSince: clock.now() - 10 })
    await publish('acme', { scope: `${environment}/acme`, path: 'limits', remove: true })
    await clock.advance(60_000)
    expect([rate('acme'), live.size]).toEqual([5, 0])
    await expect(tenants.ready('acme')).rejects.toMatchObject({ code: 'tenant_suspended' })
    expect(await taking(tenants.activate('acme'))).toMatchObject({ state: 'active', staleSince: undefined })
    expect([rate('acme'), seen]).toEqual([42, [[5, 42]]])
  })
})

describe('a store that is away', () => {
  test('fails an activation, which claims nothing and is tried again until it succeeds', async () => {
    const { set, start, state, live, opened, clock } = memoryDatabases()
    await set('acme', 5)
    const { tenants, rate, taking } = await start()
    state.down = true
    await expect(taking(tenants.activate('acme'))).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(() => rate('acme')).toThrow(expect.objectContaining({ code: 'tenant_not_active' }))
    expect([tenants.status('acme').state, live.size]).toEqual(['unknown', 0])
    await clock.advance(20_000)
    expect(opened.length).toBeGreaterThan(5)
    state.down = false
    await clock.advance(5_000)
    expect([tenants.status('acme').state, rate('acme'), live.size]).toEqual(['active', 5, 1])
  })

  test('is asked for anew at each attempt, and says what it can without what it was given', async () => {
    const { start, state, lines, clock } = memoryDatabases()
    const { tenants, taking } = await start()
    state.failOpen = new Error('postgres://acme:hunter2@db')
    const error: unknown = await taking(tenants.activate('acme')).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('acme') })
    state.failOpen = undefined
    await clock.advance(5_000)
    expect(tenants.status('acme').state).toBe('active')
    // New credentials are no reason to give an activation up.
    state.down = true
    await expect(taking(tenants.activate('globex'))).rejects.toMatchObject({ code: 'store_unavailable' })
    state.down = false
    expect(await taking(tenants.rotateCredentials('globex'))).toMatchObject({ state: 'active' })
    expect(JSON.stringify([error, String(error), lines])).not.toContain('hunter2')
  })

  test('leaves values readable, is said to be stale after three failures, and heals by another connection', async () => {
    const { set, start, state, opened, live, clock, lines } = memoryDatabases()
    await set('acme', 5)
    const { plane, tenants, rate, taking } = await start()
    const told: unknown[] = []
    plane.events.on(({ type, subject }) => {
      if (type.startsWith('dev.trimtab.feed.')) told.push([type.slice(12), subject])
    })
    await taking(tenants.activate('acme'))
    // The credentials it has are good no more; those that it would get are.
    for (const store of opened) store.faults.down = true
    state.down = true
    await clock.advance(10_000)
    expect([rate('acme'), tenants.status('acme').state]).toEqual([5, 'active'])
    expect(tenants.status('acme')).toMatchObject({
      staleSince: expect.any(Number),
      feed: { lastError: 'The network is down.' },
    })
    state.down = false
    await set('acme', 6)
    await clock.advance(5_000)
    expect([rate('acme'), live.size, tenants.status('acme').staleSince]).toEqual([6, 1, undefined])
    expect(told).toEqual([
      ['feed.lost', `${environment}/acme`],
      ['feed.restored', `${environment}/acme`],
    ])
    expect(lines.join('\n')).toContain(`store:${environment} of the tenant acme can't be read`)
  })

  test('is left for another one by rotateCredentials, which keeps the one there is where the other does not do', async () => {
    const { set, start, state, opened, live, clock } = memoryDatabases()
    await set('acme', 5)
    const { tenants, rate, taking } = await start()
    await taking(tenants.activate('acme'))
    state.down = true
    await expect(taking(tenants.rotateCredentials('acme'))).rejects.toMatchObject({ code: 'store_unavailable' })
    await set('acme', 6)
    await clock.advance(0)
    expect([rate('acme'), tenants.status('acme').staleSince]).toEqual([6, undefined])
    state.down = false
    await clock.advance(5_000)
    const [first] = opened
    expect(live.size).toBe(1)
    expect(first && live.has(first)).toBe(false)
    await set('acme', 7)
    await clock.advance(0)
    expect([rate('acme'), tenants.status('acme').feed?.follows]).toEqual([7, 'push'])
    expect(await taking(tenants.rotateCredentials('nobody'))).toMatchObject({ state: 'unknown' })
  })
})

describe('a tenant that nobody reads', () => {
  const idle = { idleAfter: 40_000, idlePoll: 20_000 }

  test('is not listened for, but looked at, until somebody reads it', async () => {
    const { start, listening, clock, set } = memoryDatabases()
    const { tenants, rate, taking } = await start(idle)
    await taking(tenants.activate('acme'))
    const first = tenants.get('acme').config
    await clock.advance(30_000)
    expect([listening.size, tenants.get('acme').config === first]).toEqual([1, true])
    await clock.advance(30_000)
    expect(listening.size).toBe(1)
    await clock.advance(30_000)
    expect([listening.size, tenants.status('acme').feed]).toMatchObject([
      0,
      { follows: 'poll', followsBecause: expect.stringContaining('nobody') },
    ])
    // Reading gives what there is, and has it followed again; also where it was put in force anew meanwhile.
    await taking(tenants.reload('acme'))
    expect(listening.size).toBe(0)
    expect(rate('acme')).toBe(42)
    await clock.advance(10)
    expect(listening.size).toBe(1)
    await set('acme', 5)
    await clock.advance(0)
    expect(rate('acme')).toBe(5)
  })

  test('is followed again by a change, which arrives with the next look', async () => {
    const { start, listening, clock, set } = memoryDatabases()
    const { tenants, rate, taking } = await start(idle)
    const seen: unknown[] = []
    await taking(tenants.activate('acme'))
    tenants.watch('limits.rate', ({ next }) => seen.push(next))
    await clock.advance(90_000)
    await set('acme', 5)
    await clock.advance(0)
    expect([listening.size, seen]).toEqual([0, []])
    await clock.advance(26_000)
    expect([listening.size, seen, rate('acme')]).toEqual([1, [5], 5])
  })

  test('is asked for rarely, also while its store is away', async () => {
    const { start, opened, clock, state, listening } = memoryDatabases()
    const { tenants, taking } = await start({ ...idle, idlePoll: 60_000 })
    await taking(tenants.activate('acme'))
    await clock.advance(120_000)
    const asked = () => opened.reduce((sum, store) => sum + store.asked.since, 0)
    const before = asked()
    await clock.advance(600_000)
    expect(asked() - before).toBeLessThan(15)
    state.down = true
    for (const store of opened) store.faults.down = true
    const tries = opened.length
    await clock.advance(600_000)
    expect(opened.length - tries).toBeLessThan(40)
    expect(tenants.status('acme').staleSince).toBeDefined()
    expect(listening.size).toBe(0)
  })

  test('is listened for for ever where that is wanted', async () => {
    const { start, listening, clock } = memoryDatabases()
    const { tenants, taking } = await start({ idleAfter: Infinity })
    await taking(tenants.activate('acme'))
    await clock.advance(7_200_000)
    expect(listening.size).toBe(1)
  })
})

describe('what is published', () => {
  const terms = { author: 'dana', message: 'why' }

  test('by the plane goes to the store of the tenant it is for, and of one tenant at a time', async () => {
    const { start, memoryOf, clock } = memoryDatabases()
    const { plane, tenants, rate, taking } = await start()
    const edit = (tenant: string): Edit => ({ scope: `${environment}/${tenant}`, path: 'limits.rate', value: 7 })
    await expect(plane.publish([edit('acme')], terms)).rejects.toMatchObject({ code: 'tenant_not_active' })
    for (const tenant of ['acme', 'globex']) await taking(tenants.activate(tenant))
    expect(await taking(plane.publish([edit('acme')], { ...terms, until: 'committed' }))).toMatchObject({
      kind: 'published',
      tenants: [{ tenant: 'acme', status: 'applied' }],
    })
    expect([rate('acme'), rate('globex')]).toEqual([7, 42])
    expect((await memoryOf('acme').readEnvironment(environment)).overlays.get('acme')).toEqual({ limits: { rate: 7 } })
    await expect(plane.publish([edit('acme'), edit('globex')], terms)).rejects.toMatchObject({ code: 'option_invalid' })
    await clock.advance(0)
  })

  test('by seed is what the tenant never had', async () => {
    const { start, set } = memoryDatabases()
    await set('acme', 5)
    const { tenants, rate, taking } = await start()
    await expect(tenants.seed('acme', {}, terms)).rejects.toMatchObject({ code: 'tenant_not_active' })
    for (const tenant of ['acme', 'globex']) await taking(tenants.activate(tenant))
    const values = { limits: { rate: 9 } }
    expect(await taking(tenants.seed('acme', values, terms))).toMatchObject({ kind: 'unchanged' })
    expect(await taking(tenants.seed('globex', values, terms))).toMatchObject({ kind: 'published' })
    expect([rate('acme'), rate('globex')]).toEqual([5, 9])
  })
})

test('plane.refresh() looks at every store, and waits for none that is away', async () => {
  const { start, set, state, opened } = memoryDatabases()
  const { plane, tenants, rate, taking } = await start()
  for (const tenant of ['acme', 'globex']) await taking(tenants.activate(tenant))
  for (const store of opened) store.faults.deaf = true
  const [acme] = opened
  if (acme !== undefined) acme.faults.down = true
  state.down = true
  for (const tenant of ['acme', 'globex']) await set(tenant, 5)
  expect(await taking(plane.refresh())).toMatchObject({ status: 'unchanged' })
  expect([rate('acme'), rate('globex')]).toEqual([42, 5])
})

test('whatever is asked for, and whatever fails meanwhile, the last word counts and nothing is left open', async () => {
  const step = fc.constantFrom('activate' as const, 'suspend' as const, 'remove' as const, 'rotateCredentials' as const)
  const fault = fc.constantFrom('down' as const, 'up' as const, 'silent' as const, 'slow' as const, 'closing' as const)
  const act = fc.oneof({ weight: 4, arbitrary: step }, fault, fc.constant('publish' as const))
  const wait = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constant(10_100))
  const acts = fc.array(fc.tuple(act, wait), { maxLength: 12 })
  const run = async (acted: readonly (readonly [string, number])[], isClosedAmidst: boolean) => {
    const { clock, start, set, state, opened, live, listening } = memoryDatabases()
    let [value, expected, last] = [1, 'unknown', 0]
    await set('acme', value)
    const { plane, tenants } = await start()
    const works: Promise<unknown>[] = []
    const suffer = (what: string) => {
      const faults = { down: what === 'down', silent: what === 'silent', delay: what === 'slow' ? 1_500 : 0 }
      Object.assign(state, faults, { closing: what === 'closing' ? 3_000 : 0 })
      for (const store of opened) Object.assign(store.faults, faults)
    }
    /** Never what all share, never a value that has been followed by another, and nothing where it is not known. */
    const look = () => {
      let rate: number
      try {
        rate = tenants.get('acme').config.limits.rate
      } catch (error) {
        expect(error).toMatchObject({ code: 'tenant_not_active' })
        return
      }
      expect([rate >= last, rate <= value]).toEqual([true, true])
      last = rate
    }
    for (const [what, milliseconds] of acted) {
      switch (what) {
        case 'activate':
        case 'suspend':
        case 'remove':
        case 'rotateCredentials':
          works.push(tenants[what]('acme').catch((error: unknown) => error))
          if (what === 'activate') expected = 'active'
          if (what === 'remove') expected = 'unknown'
          // One whose activation has not ended yet is not known, and not made known by it.
          if (what === 'suspend' && expected === 'active')
            expected = tenants.stateOf(tenants.get('acme').id) === 'unknown' ? 'unknown' : 'suspended'
          break
        case 'publish':
          await set('acme', (value += 1))
          break
        default:
          suffer(what)
      }
      look()
      for (let spent = 0; spent < milliseconds; spent += 700) {
        await clock.advance(Math.min(700, milliseconds - spent))
        look()
      }
    }
    if (!isClosedAmidst) {
      suffer('up')
      await clock.advance(60_000)
      await Promise.all(works)
      expect(tenants.status('acme').state).toBe(expected)
      expect([live.size, listening.size]).toEqual(expected === 'active' ? [1, 1] : [0, 0])
      look()
      if (expected === 'active') expect(last).toBe(value)
    }
    const closing = plane.close()
    await clock.advance(10_000)
    await closing
    await Promise.all(works)
    expect([live.size, listening.size, clock.pending]).toEqual([0, 0, 0])
  }
  await fc.assert(fc.asyncProperty(acts, fc.boolean(), run), { numRuns: 60 })
}, 120_000)

test('a drain leaves every store, and what was read stays', async () => {
  const { start, live, listening, set } = memoryDatabases()
  await set('acme', 5)
  const { tenants, rate, taking } = await start()
  for (const tenant of ['acme', 'globex']) await taking(tenants.activate(tenant))
  expect(await taking(tenants.drain({ signal: createController().signal }))).toEqual({ unfinished: [] })
  expect([live.size, listening.size, rate('acme')]).toEqual([0, 0, 5])
  await expect(tenants.activate('acme')).rejects.toMatchObject({ code: 'plane_closed' })
})

test.each([
  [{ open: undefined }, /open has to be/],
  [{ idleAfter: 0 }, /idleAfter has to be/],
  [{ idlePoll: Infinity }, /idlePoll has to be/],
  [{ store: memoryStore() }, /`store`, which does not go/],
  [{ environment: undefined }, /no `environment`/],
  [{ environment: 'nonsense' }, /app\/environment/],
])('options that can not be are refused: %#', async (tenants, why) => {
  const { start } = memoryDatabases()
  await expect(start(tenants)).rejects.toMatchObject({ code: 'option_invalid', message: expect.stringMatching(why) })
})
