import { describe, expect, test } from 'vitest'
import { config, environment, storeWorld } from '../../../../../test/support/store-world.ts'
import { healthy, unhealthy } from '../../health/check.ts'
import { defineModule } from '../../modules/define-module.ts'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { memoryStore } from '../../store/memory/memory-store.ts'

const terms = { author: 'dana', message: 'Black Friday' }
const edit = (value: number) => [{ scope: environment, path: 'pool.max', value }]

describe('plane.publish()', () => {
  test('gives the revision at the commit of the store', async () => {
    const { clock, store, start, events } = storeWorld()
    const plane = await start()
    store.faults.delay = 1_000
    const result = await plane.publish(edit(20), terms)
    expect(result).toMatchObject({ kind: 'published', cursor: { revision: 1 }, outcome: undefined, tenants: [] })
    expect(plane.config.pool.max).toBe(5)
    expect(events).toMatchObject([
      {
        type: 'dev.trimtab.store.published',
        subject: environment,
        data: { revision: 1, ...terms, paths: ['pool.max'], tenants: [], changeCount: 1 },
      },
    ])
    await clock.advance(5_000)
    expect(plane.config.pool.max).toBe(20)
  })

  test.each(['woken first', 'deaf', 'slow', 'away for a while'])(
    'waits for the pass that contains it: %s',
    async (how) => {
      const { clock, memory, store, start } = storeWorld()
      const plane = await start()
      if (how === 'deaf') store.faults.deaf = true
      if (how === 'slow') store.faults.delay = 500
      if (how === 'away for a while') store.faults.down = true
      if (how === 'woken first') {
        const { publish } = memory
        // The feed has it, and its pass has ended, before the publisher hears that it is done.
        store.publish = async (...asked) => {
          const result = await publish(...asked)
          await clock.advance(10)
          expect(plane.config.pool.max).toBe(20)
          return result
        }
      }
      const publishing = plane.publish(edit(20), { ...terms, until: 'stable' })
      await clock.advance(1_000)
      store.faults.down = false
      await clock.advance(5_000)
      const result = await publishing
      expect(result).toMatchObject({ kind: 'published', outcome: { status: 'full_success' } })
      expect(result.kind === 'published' && result.outcome?.triggers).toEqual(['store'])
      expect(plane.config.pool.max).toBe(20)
    },
  )

  test('is told like any other publish of this process to what the plane reads', async () => {
    const { store, start, events, set, lines, memory } = storeWorld()
    const plane = await start({ tenants: { mode: 'shared', store } })
    await set('pool.max', 20)
    await plane.tenants.seed('acme', { limits: { rate: 5 } }, terms)
    const expected = { revision: 0, hash: '' }
    await memory.publish([{ scope: 'other/production', path: 'a', value: 1 }], { ...terms, expected })
    await memory.publish(edit(21), { ...terms, expected })
    const told = events.filter(({ type }) => type === 'dev.trimtab.store.published')
    expect(told).toMatchObject([
      { subject: environment, data: { revision: 1, paths: ['pool.max'], tenants: [] } },
      { subject: environment, data: { revision: 2, paths: ['limits.rate'], tenants: ['acme'] } },
    ])
    expect(lines.filter((line) => line.startsWith('Published'))).toEqual([
      `Published revision 1 of ${environment} (why)`,
      `Published revision 2 of ${environment}, for acme (Black Friday)`,
    ])
  })

  test('gives the refusal of a module, and the publish stays', async () => {
    const picky = defineModule({
      name: 'picky',
      config: config.section('pool'),
      start: () => ({}),
      check({ next }) {
        if (next.max > 50) throw new Error('no more than 50')
      },
    })
    const { clock, memory, start } = storeWorld()
    const plane = await start({ modules: [picky] })
    const publishing = plane.publish(edit(60), { ...terms, until: 'stable' })
    await clock.advance(100)
    expect(await publishing).toMatchObject({
      kind: 'published',
      outcome: { status: 'validation_failed', problems: [{ message: 'no more than 50' }] },
    })
    expect((await memory.readEnvironment(environment)).tree).toEqual({ pool: { max: 60 } })
    expect(plane.config.pool.max).toBe(5)
  })

  test('hears of the commit before it is stable', async () => {
    const { clock, start } = storeWorld()
    let max = 0
    const check = {
      name: 'database',
      interval: 500,
      run: () => (max > 50 ? unhealthy('too many connections') : healthy()),
    }
    const plane = await start({ checks: [check] })
    await clock.advance(60_000)
    const until = (step: 'committed' | 'stable', value: number) => {
      return plane.publish(edit(value), { ...terms, until: step })
    }
    const committed = until('committed', 60)
    const stable = until('stable', 60)
    await clock.advance(100)
    expect(await committed).toMatchObject({ outcome: { status: 'full_success' } })
    expect(plane.state).toMatchObject({ baking: true })
    max = plane.config.pool.max
    await clock.advance(60_000)
    expect(await stable).toMatchObject({ kind: 'conflict' })
    expect(plane.lastOutcome).toMatchObject({ status: 'rolled_back' })

    max = 0
    await clock.advance(60_000)
    const again = until('stable', 70)
    await clock.advance(100)
    max = plane.config.pool.max
    await clock.advance(60_000)
    expect(await again).toMatchObject({ kind: 'published', outcome: { status: 'rolled_back' } })
  })

  test('gives what became of it for tenants', async () => {
    const { clock, store, start } = storeWorld()
    const plane = await start({ tenants: { mode: 'shared', store } })
    const rate = (tenant: string, value: number) => ({ scope: `${environment}/${tenant}`, path: 'limits.rate', value })
    const publish = async (...edits: Parameters<typeof plane.publish>[0]) => {
      const publishing = plane.publish(edits, { ...terms, until: 'committed' })
      await clock.advance(100)
      return publishing
    }
    const first = await publish(rate('acme', 5), rate('other', 6))
    expect(first).toMatchObject({
      outcome: undefined,
      tenants: [
        { tenant: 'acme', status: 'applied' },
        { tenant: 'other', status: 'applied' },
      ],
    })
    expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
    expect(await publish(rate('acme', 5_000), ...edit(20))).toMatchObject({
      outcome: { status: 'full_success' },
      tenants: [{ tenant: 'acme', status: 'refused' }],
    })
  })

  test('is a conflict where somebody was first, and needs an environment that is read', async () => {
    const { store, set, start, memory } = storeWorld()
    const plane = await start()
    store.faults.deaf = true
    const current = await set('pool.max', 7)
    expect(await plane.publish(edit(20), { ...terms, until: 'stable' })).toEqual({ kind: 'conflict', current })
    expect(await plane.publish(edit(20), { ...terms, expected: current })).toMatchObject({ kind: 'published' })
    expect(await plane.publish([], terms)).toMatchObject({ kind: 'refused' })
    const elsewhere = plane.publish([{ scope: 'checkout/staging', path: 'a', value: 1 }], terms)
    await expect(elsewhere).rejects.toThrow(/reads nothing of checkout\/staging, but checkout\/production/)
    const alone = await start({ sources: [] })
    await expect(alone.publish(edit(1), terms)).rejects.toMatchObject({ code: 'part_not_configured' })
    expect((await memory.readEnvironment(environment)).cursor.revision).toBe(2)
  })

  test('is published, also where its caller or the plane no longer waits', async () => {
    const { clock, memory, store, start } = storeWorld()
    const plane = await start()
    store.faults.down = true
    store.faults.deaf = true
    const controller = new AbortController()
    const one = plane.publish(edit(20), { ...terms, until: 'stable', signal: controller.signal })
    await clock.advance(100)
    controller.abort()
    expect(await one).toMatchObject({ kind: 'published', outcome: undefined })
    const { cursor: expected } = await memory.readEnvironment(environment)
    const other = plane.publish(edit(30), { ...terms, expected, until: 'stable' })
    await clock.advance(100)
    await plane.close()
    expect(await other).toMatchObject({ kind: 'published', outcome: undefined })
    await expect(plane.publish(edit(40), terms)).rejects.toMatchObject({ code: 'plane_closed' })
  })
})

describe('who waits for a tenant whose module hangs', () => {
  const hanging = defineModule({
    name: 'hanging',
    config: config.section('limits'),
    start: () => ({}),
    reloadTenant: () => new Promise<never>(() => {}),
  })
  const rate = [{ scope: `${environment}/acme`, path: 'limits.rate', value: 3 }]

  test.each(['publish', 'refresh'] as const)('is let go by the signal: %s', async (what) => {
    const { clock, store, memory, start } = storeWorld()
    const plane = await start({ tenants: { mode: 'shared', store }, modules: [hanging] })
    const controller = new AbortController()
    const { signal } = controller
    let asked: Promise<unknown>
    if (what === 'publish') asked = plane.publish(rate, { ...terms, until: 'committed', signal })
    else {
      store.faults.deaf = true
      const { cursor: expected } = await memory.readEnvironment(environment)
      await memory.publish(rate, { ...terms, expected })
      asked = plane.refresh({ signal })
    }
    const ended: unknown[] = []
    asked.then(
      (result) => ended.push(result),
      (error: unknown) => ended.push(error),
    )
    await clock.advance(1_000)
    expect(ended).toEqual([])
    controller.abort(new Error('enough'))
    await clock.advance(0)
    const published = { kind: 'published', outcome: undefined, tenants: [] }
    expect(ended).toMatchObject([what === 'publish' ? published : { message: 'enough' }])
    const closing = plane.close()
    await clock.advance(60_000)
    await closing
  })
})

test('a store that does not give a revision yet is not asked for it without a pause', async () => {
  const { clock, store, start } = storeWorld()
  const plane = await start()
  store.faults.deaf = true
  const { since } = store
  const { cursor } = await store.readEnvironment(environment)
  let asked = 0
  store.since = async () => {
    asked += 1
    // So that one that is asked on and on ends the test, too.
    if (asked > 100) throw new Error('enough')
    return { kind: 'changes', revisions: [], cursor, more: false }
  }
  const publishing = plane.publish(edit(20), { ...terms, until: 'committed' })
  await clock.advance(1_000)
  expect(asked).toBeLessThan(10)
  store.since = since
  await clock.advance(1_000)
  expect(await publishing).toMatchObject({ kind: 'published', outcome: { status: 'full_success' } })
})

test('where tenants have another store with an environment of the same name, theirs is published there', async () => {
  const { clock, memory, start } = storeWorld()
  const other = memoryStore({ clock })
  const plane = await start({ tenants: { mode: 'shared', store: other, environment } })
  const rate = { scope: `${environment}/acme`, path: 'limits.rate', value: 3 }
  const waited = { ...terms, until: 'committed' } as const
  const publishing = [plane.publish([rate], waited), plane.publish(edit(20), waited)]
  await clock.advance(1_000)
  expect(await Promise.all(publishing)).toMatchObject([
    { tenants: [{ tenant: 'acme', status: 'applied' }] },
    { outcome: { status: 'full_success' } },
  ])
  expect([plane.tenants.get('acme').config.limits.rate, plane.config.pool.max]).toEqual([3, 20])
  expect((await memory.readEnvironment(environment)).overlays.size).toBe(0)
  await expect(plane.publish([rate, ...edit(30)], terms)).rejects.toMatchObject({ code: 'option_invalid' })
})

test('what is waited for by another word is refused before it is published', async () => {
  const { memory, start } = storeWorld()
  const plane = await start()
  const mistyped = JSON.parse('{"until":"published"}')
  await expect(plane.publish(edit(30), { ...terms, ...mistyped })).rejects.toMatchObject({ code: 'option_invalid' })
  expect((await memory.readEnvironment(environment)).cursor.revision).toBe(0)
})

describe('plane.refresh()', () => {
  test('has what was published before it, also where nobody told', async () => {
    const { store, set, start } = storeWorld()
    const plane = await start({ tenants: { mode: 'shared', store } })
    store.faults.deaf = true
    await set('pool.max', 30)
    await set('limits.rate', 3, `${environment}/acme`)
    expect(await plane.refresh()).toMatchObject({ status: 'full_success', triggers: ['manual', 'store'] })
    expect(plane.config.pool.max).toBe(30)
    expect(plane.tenants.get('acme').config.limits.rate).toBe(3)
    expect(await plane.refresh()).toMatchObject({ status: 'unchanged' })
  })

  test('has what tenants have in an environment that is no source, and says where that can not be asked', async () => {
    const { store, set, start } = storeWorld()
    const plane = await start({ sources: [], tenants: { mode: 'shared', store, environment } })
    store.faults.deaf = true
    await set('limits.rate', 3, `${environment}/acme`)
    await plane.refresh()
    expect(plane.tenants.get('acme').config.limits.rate).toBe(3)
    store.faults.down = true
    await expect(plane.refresh()).rejects.toThrow(/tenants:checkout\/production.*The network is down/s)
  })

  test('asks once for what is for all and for tenants', async () => {
    const { store, start } = storeWorld()
    const plane = await start({ tenants: { mode: 'shared', store } })
    const before = store.asked.since
    await plane.refresh()
    expect(store.asked.since - before).toBe(1)
  })

  test('says which source it could not ask, and ends with its signal', async () => {
    const { store, start } = storeWorld()
    const plane = await start()
    store.faults.down = true
    const failed = await plane.refresh().catch((error: unknown) => error)
    expect(isTrimtabError(failed) && failed.code).toBe('source_unreadable')
    expect(String(failed)).toMatch(/store:checkout\/production.*The network is down/s)
    store.faults.down = false
    store.faults.silent = true
    const controller = new AbortController()
    const waiting = plane.refresh({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await plane.close()
    await expect(plane.refresh()).rejects.toMatchObject({ code: 'plane_closed' })
  })
})

test('a plane tells that a store is lost, back, and rewound', async () => {
  const { clock, memory, store, set, start, events, lines } = storeWorld()
  await set('pool.max', 20)
  const plane = await start()
  const restore = memory.backup()
  await set('pool.max', 30)
  await clock.advance(0)
  const told = () => events.map(({ type }) => type).filter((type) => type.startsWith('dev.trimtab.feed'))
  store.faults.down = true
  store.faults.deaf = true
  await clock.advance(30_000)
  expect(told()).toEqual(['dev.trimtab.feed.lost'])
  await plane.health.check()
  expect(plane.health.answer.reports).toContainEqual(
    expect.objectContaining({ check: 'trimtab/sources', status: 'degraded' }),
  )
  restore()
  store.faults.down = false
  await clock.advance(5_000)
  expect(told()).toEqual(['dev.trimtab.feed.lost', 'dev.trimtab.feed.rewound', 'dev.trimtab.feed.restored'])
  expect(plane.config.pool.max).toBe(20)
  expect(plane.health.answer.reports).toContainEqual(
    expect.objectContaining({ check: 'trimtab/sources', status: 'healthy' }),
  )
  expect(lines.join('\n')).toMatch(/can't be read, so that.*: The network is down\.[^]*another history: revision 1/)
})
