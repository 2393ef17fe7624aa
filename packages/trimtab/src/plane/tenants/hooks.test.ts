import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineModule, type Module, type TenantChangeContext } from '../../modules/define-module.ts'
import { refusal } from '../../modules/refusal.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const config = defineConfig(
  z.object({
    limits: perTenant(z.object({ rate: z.number().default(100), other: z.number().default(1) })),
    sizes: perTenant(z.object({ max: z.number().default(10) })),
    routes: perTenant(z.record(z.string(), z.object({ weight: z.number().default(1) })).default({})),
  }),
)

type Step = 'ok' | 'throw' | 'hang'

interface Options {
  readonly dependsOn?: readonly Module[]
  readonly returnsUndo?: boolean
  readonly replaced?: boolean
}

/** Modules that note what they are told of tenants, and do as their scripts say. */
function recorder() {
  const calls: string[] = []
  const scripts = new Map<string, Step[]>()
  const act = async (what: string) => {
    const step = scripts.get(what)?.shift() ?? 'ok'
    if (step === 'throw') throw new Error(`${what} does not like it`)
    if (step === 'hang') await new Promise(() => {})
  }
  const module = (name: string, at: 'limits' | 'sizes', { dependsOn = [], returnsUndo, replaced }: Options = {}) => {
    const tell = async (hook: string, { tenant, previous, next, tenants }: TenantChangeContext<unknown, unknown>) => {
      const [field] = at === 'limits' ? ['rate'] : ['max']
      // Both sections are objects.
      const of = (section: unknown) => (section as Record<string, number>)[field ?? '']
      calls.push(`${name}.${hook} ${tenant} ${of(previous)}→${of(next)}`)
      expect(tenants.current()?.id).toBe(tenant)
      await act(`${name}.${hook}`)
    }
    return defineModule({
      name,
      config: config.section(at),
      dependsOn,
      start: () => ({ name }),
      ...(replaced === true ? {} : { reload: () => {} }),
      checkTenant: (context) => tell('check', context),
      async reloadTenant(context) {
        await tell('reload', context)
        if (returnsUndo !== true) return undefined
        return async () => {
          calls.push(`${name}.undo`)
          await act(`${name}.undo`)
        }
      },
    })
  }
  return { calls, scripts, module, take: () => calls.splice(0) }
}

async function start(modules: readonly Module[], trees = {}) {
  const clock = createManualClock()
  const overlays = scriptedOverlays({ trees })
  const plane = await createTestPlane(config, { clock, modules, tenants: { overlays } })
  const change = async (tenant: string, tree: Parameters<typeof overlays.set>[1], wait = 0) => {
    overlays.set(tenant, tree)
    await clock.advance(wait)
    return plane.tenants.status(tenant).lastOutcome
  }
  return { clock, overlays, plane, change }
}

test('modules are asked, and told in the order of their dependencies, of what is theirs', async () => {
  const { module, take } = recorder()
  const sizes = module('sizes', 'sizes')
  const limits = module('limits', 'limits', { dependsOn: [sizes] })
  const { plane, change } = await start([limits, sizes], { acme: { limits: { rate: 5 } } })
  expect(take()).toEqual(['limits.check acme 100→5', 'limits.reload acme 100→5'])

  const outcome = await change('acme', { limits: { rate: 6 }, sizes: { max: 7 } })
  expect(take()).toEqual([
    'sizes.check acme 10→7',
    'limits.check acme 5→6',
    'sizes.reload acme 10→7',
    'limits.reload acme 5→6',
  ])
  expect(outcome).toMatchObject({ status: 'applied', modules: [{ module: 'sizes' }, { module: 'limits' }] })
  expect(outcome?.status === 'applied' && outcome.changes.summary()).toEqual([
    'limits.rate: 5 → 6',
    'sizes.max: 10 → 7',
  ])
  expect(plane.tenants.get('acme').config.sizes.max).toBe(7)

  await change('acme', undefined)
  expect(take().slice(2)).toEqual(['sizes.reload acme 7→10', 'limits.reload acme 6→100'])
  await change('globex', { limits: { other: 3 } })
  expect(take()).toEqual(['limits.check globex 100→100', 'limits.reload globex 100→100'])
  await plane.close()
})

test('one that refuses keeps the tenant on what it has, with every refusal', async () => {
  const { module, take, scripts } = recorder()
  const picky = defineModule({
    name: 'picky',
    config: config.section('sizes'),
    start: () => {},
    checkTenant: () => {
      throw refusal([{ path: ['sizes', 'max'], why: 'is too much' }])
    },
  })
  const { plane, change } = await start([module('limits', 'limits'), picky])
  scripts.set('limits.check', ['throw'])
  const outcome = await change('acme', { limits: { rate: 5 }, sizes: { max: 20 } })
  expect(outcome).toMatchObject({
    status: 'refused',
    problems: [
      { module: 'limits', path: 'limits', message: 'limits.check does not like it' },
      { module: 'picky', path: 'sizes.max', message: 'is too much', origin: { source: 'tenants:scripted' } },
    ],
  })
  expect(take()).toEqual(['limits.check acme 100→5'])
  expect(plane.tenants.get('acme').config).toBe(plane.config)
  expect(plane.tenants.status('acme').held?.hasGood).toBe(true)
  await plane.close()
})

test('one that fails is undone with all before it, in exact reverse, and tried again', async () => {
  const { module, take, scripts } = recorder()
  const sizes = module('sizes', 'sizes', { returnsUndo: true })
  const limits = module('limits', 'limits', { dependsOn: [sizes] })
  const { plane, clock, change } = await start([sizes, limits])
  scripts.set('limits.reload', ['throw'])
  const outcome = await change('acme', { limits: { rate: 5 }, sizes: { max: 7 } })
  expect(take().slice(2)).toEqual([
    'sizes.reload acme 10→7',
    'limits.reload acme 100→5',
    'limits.reload acme 5→100',
    'sizes.undo',
  ])
  expect(outcome).toMatchObject({
    status: 'rolled_back',
    cause: { module: 'limits', error: 'limits.reload does not like it', timedOut: false },
    modules: [
      { module: 'sizes', status: 'undone' },
      { module: 'limits', status: 'failed', step: 'reload' },
    ],
  })
  expect(plane.tenants.get('acme').config).toBe(plane.config)
  await clock.advance(2_000)
  expect(plane.tenants.get('acme').config.limits.rate).toBe(5)
  expect(plane.tenants.status('acme').lastOutcome?.triggers).toEqual(['retry'])
  await plane.close()
  expect(clock.pending).toBe(0)
})

test('one that can not go back is stuck, and is told again whatever changes next', async () => {
  const { module, take, scripts } = recorder()
  const { plane, change } = await start([module('limits', 'limits')])
  scripts.set('limits.reload', ['throw', 'throw'])
  const outcome = await change('acme', { limits: { rate: 5 } })
  expect(outcome).toMatchObject({ status: 'stuck', stuck: [{ module: 'limits' }] })
  take()
  await change('acme', { sizes: { max: 3 } })
  expect(take()).toEqual(['limits.check acme 100→100', 'limits.reload acme 100→100'])
  await change('acme', { sizes: { max: 4 } })
  expect(take()).toEqual([])
  await plane.close()
})

test('deadlines are kept, and nobody else waits for them', async () => {
  const { module, scripts } = recorder()
  const { plane, clock, overlays, change } = await start([module('limits', 'limits')])
  scripts.set('limits.check', ['hang'])
  overlays.set('acme', { limits: { rate: 5 } })
  await clock.advance(0)
  await change('globex', { limits: { rate: 6 } })
  expect(plane.tenants.get('globex').config.limits.rate).toBe(6)
  expect(plane.tenants.get('acme').config).toBe(plane.config)
  await clock.advance(5_000)
  expect(plane.tenants.status('acme').lastOutcome).toMatchObject({
    status: 'refused',
    problems: [{ code: 'step_timed_out' }],
  })

  scripts.set('limits.reload', ['hang'])
  const outcome = await change('acme', { limits: { rate: 7 } }, 30_000)
  expect(outcome).toMatchObject({ status: 'rolled_back', cause: { timedOut: true } })
  await plane.close()
})

test('changes of one tenant are carried out one at a time, and the newest wins', async () => {
  const { module, take, scripts } = recorder()
  const { plane, clock, overlays } = await start([module('limits', 'limits')])
  scripts.set('limits.reload', ['hang'])
  for (const rate of [1, 2, 3, 4]) {
    overlays.set('acme', { limits: { rate } })
    await clock.advance(0)
  }
  await clock.advance(30_000)
  expect(plane.tenants.get('acme').config.limits.rate).toBe(4)
  expect(take().filter((call) => call.includes('reload'))).toEqual([
    'limits.reload acme 100→1',
    'limits.reload acme 1→100',
    'limits.reload acme 100→4',
  ])
  await plane.close()
})

test('after a change of what all share, modules are told what it means for each tenant', async () => {
  const { module, take } = recorder()
  const { plane, clock } = await start([module('limits', 'limits')], {
    acme: { limits: { rate: 5 } },
    globex: { limits: { other: 2 } },
    initech: { sizes: { max: 1 } },
  })
  take()
  await plane.set({ limits: { rate: 50 } })
  await clock.advance(0)
  // The whole section of acme is what it was told; that of initech is the module's own, which its reload has taken.
  expect(take().sort()).toEqual(['limits.check globex 100→50', 'limits.reload globex 100→50'])
  await plane.set({ limits: { rate: 5 } })
  await clock.advance(0)
  expect(
    take()
      .filter((call) => call.includes('reload'))
      .sort(),
  ).toEqual(['limits.reload globex 50→5'])
  await plane.close()
})

test('a new resource is told of every tenant anew', async () => {
  const { module, take } = recorder()
  const { plane, clock } = await start([module('limits', 'limits', { replaced: true })], {
    acme: { limits: { rate: 5 } },
    globex: { sizes: { max: 1 } },
  })
  take()
  await plane.set({ limits: { other: 2 } })
  await clock.advance(0)
  expect(take()).toEqual(['limits.check acme 100→5', 'limits.reload acme 100→5'])
  await plane.close()
})

test('a tenant for whom modules refuse what all share goes on with what they run on for it', async () => {
  const { module, scripts } = recorder()
  const { plane, clock } = await start([module('limits', 'limits')], { acme: { limits: { other: 2 } } })
  const acme = plane.tenants.get('acme')
  const good = acme.config
  scripts.set('limits.check', ['throw'])
  await plane.set({ limits: { rate: 50 } })
  await clock.advance(0)
  expect(acme.config).toBe(good)
  expect(plane.tenants.status('acme')).toMatchObject({ held: { hasGood: true }, lastOutcome: { status: 'refused' } })
  await plane.set({ limits: { rate: 60 } })
  await clock.advance(0)
  expect(acme.config.limits).toEqual({ rate: 60, other: 2 })
  expect(plane.tenants.status('acme').held).toBeUndefined()
  await plane.close()
})

test('a tenant whose overlay is broken follows what all share with the one it has, and modules with it', async () => {
  const { module, take } = recorder()
  const { plane, clock, change } = await start([module('limits', 'limits')], { acme: { limits: { other: 2 } } })
  const acme = plane.tenants.get('acme')
  await change('acme', { limits: { other: 'broken' } })
  take()
  await plane.set({ limits: { rate: 50 } })
  await clock.advance(0)
  expect(take()).toEqual(['limits.check acme 100→50', 'limits.reload acme 100→50'])
  expect(acme.config.limits).toEqual({ rate: 50, other: 2 })
  expect(plane.tenants.status('acme')).toMatchObject({ held: { hasGood: true }, lastOutcome: { status: 'refused' } })
  await change('acme', { limits: { other: 3 } })
  expect(acme.config.limits).toEqual({ rate: 50, other: 3 })
  expect(plane.tenants.status('acme').held).toBeUndefined()
  await plane.close()
})

test('a tenant that has no good overlay gets nothing by a change of what all share', async () => {
  const { module, take } = recorder()
  const { plane, clock } = await start([module('limits', 'limits')], { acme: { limits: { other: 'broken' } } })
  const read = () => plane.tenants.get('acme').config
  expect(read).toThrow(/no good one/)
  await plane.set({ limits: { rate: 50 } })
  await clock.advance(0)
  expect(read).toThrow(/no good one/)
  expect(take()).toEqual([])
  await plane.close()
})

test('with a resource for each key, the one of the key is told; keys of a tenant alone have none', async () => {
  const calls: unknown[] = []
  const routes = defineModule({
    name: 'routes',
    config: config.section('routes'),
    each: true,
    start: ({ key }) => key,
    reloadTenant: ({ key, tenant, next, resource, changes }) => {
      calls.push([key, tenant, next.weight, resource, changes.summary()])
    },
  })
  const clock = createManualClock()
  const overlays = scriptedOverlays({ trees: { acme: { routes: { a: { weight: 5 }, own: { weight: 1 } } } } })
  const tree = { routes: { a: {}, b: {} } }
  const plane = await createTestPlane(config, { clock, tree, modules: [routes], tenants: { overlays } })
  expect(calls).toEqual([['a', 'acme', 5, 'a', ['routes.a.weight: 1 → 5']]])
  expect(Object.keys(plane.tenants.get('acme').config.routes)).toEqual(['a', 'b', 'own'])
  await plane.close()
})

test('hooks for tenants need a section', () => {
  expect(() => defineModule({ name: 'x', start: () => {}, reloadTenant: () => {} })).toThrow(/give it a `config`/)
})

test('a plane that closes takes back what is under way, before it stops anything', async () => {
  const { module, scripts, take } = recorder()
  const { plane, clock, overlays } = await start([module('limits', 'limits')])
  const events: unknown[] = []
  plane.tenants.events.on(({ kind }) => events.push(kind))
  scripts.set('limits.reload', ['hang'])
  overlays.set('acme', { limits: { rate: 5 } })
  await clock.advance(0)
  take()
  await expect(plane.close()).resolves.toEqual({ unfinished: [] })
  expect(take()).toEqual(['limits.reload acme 5→100'])
  expect(events).toEqual([])
  expect(clock.pending).toBe(0)
  await expect(plane.tenants.reload('acme')).rejects.toMatchObject({ code: 'plane_closed' })
  await expect(plane.tenants.reloadAll()).rejects.toMatchObject({ code: 'plane_closed' })
})
