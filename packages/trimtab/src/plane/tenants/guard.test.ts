import { expect, test } from 'vitest'
import { environment, storeWorld } from '../../../../../test/support/store-world.ts'
import { z } from 'zod'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { defineModule } from '../../modules/define-module.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane, type TestPlaneOptions } from '../../testing/test-plane.ts'
import type { Guard } from '../../tenancy/guard/guard.ts'
import type { TenantContext } from '../../tenancy/tenants.ts'

const config = defineConfig(z.object({ limits: perTenant(z.object({ rate: z.number().default(100) })) }))

interface Parties {
  readonly tenants: TenantContext
  readonly guard: Guard
}

/** What the guard says of a tenant's work on what is its own: undefined where it says nothing. */
function verdict({ tenants, guard }: Parties, tenant: string): string | undefined {
  try {
    tenants.run(tenant, () => guard.assert({ tenant, resource: 'orders/1', operation: 'read' }))
  } catch (error) {
    if (isTrimtabError(error)) return error.code
    throw error
  }
  return undefined
}

async function start(options: TestPlaneOptions<(typeof config)['schema']> = {}) {
  const clock = createManualClock()
  const overlays = scriptedOverlays({ trees: { acme: { limits: { rate: 5 } } } })
  const plane = await createTestPlane(config, { clock, ...options, tenants: { overlays } })
  return { plane, overlays, clock, tenants: plane.tenants, settled: () => clock.advance(0) }
}

test('a tenant that was removed is none any more, until it is activated again', async () => {
  const { plane, tenants } = await start()
  expect(verdict(plane, 'acme')).toBeUndefined()
  const work = tenants.run('acme', () => plane.guard.begin({ resource: 'orders/1', operation: 'write' }))
  await tenants.remove('acme')
  expect(verdict(plane, 'acme')).toBe('tenant_context_invalid')
  expect(plane.guard.violations({ limit: 1 })).toMatchObject([
    { kind: 'invalid_context', tenant: 'acme', refused: true },
  ])
  expect(() => tenants.run('acme', () => work.check())).toThrow(/none any more/)
  await tenants.activate('acme')
  expect(verdict(plane, 'acme')).toBeUndefined()
  tenants.run('acme', () => work.check())
  await plane.close()
})

test('it stays removed when its source forgets it too, and is one again when it is listed anew', async () => {
  const { plane, tenants, overlays, settled } = await start()
  await tenants.remove('acme')
  overlays.set('acme', undefined)
  await settled()
  await tenants.reloadAll()
  expect(verdict(plane, 'acme')).toBe('tenant_context_invalid')
  overlays.set('acme', {})
  await settled()
  expect(verdict(plane, 'acme')).toBeUndefined()
  await plane.close()
})

test('one that nobody has heard of is one where nobody has to be listed, and can be removed', async () => {
  const { plane, tenants, overlays, settled } = await start()
  expect(verdict(plane, 'initech')).toBeUndefined()
  await tenants.remove('initech')
  expect(verdict(plane, 'initech')).toBe('tenant_context_invalid')
  expect(tenants.list()).toEqual(['acme'])
  overlays.set('initech', {})
  await settled()
  expect(verdict(plane, 'initech')).toBeUndefined()
  // An overlay that is taken away is no removal.
  overlays.set('acme', undefined)
  await settled()
  expect(verdict(plane, 'acme')).toBeUndefined()
  await plane.close()
})

test('a suspended tenant is still one: what runs for it goes on', async () => {
  const { plane, tenants } = await start()
  await tenants.suspend('acme')
  expect(verdict(plane, 'acme')).toBeUndefined()
  await plane.close()
})

test('a module may still touch what was the tenant’s while it lets go of it', async () => {
  const verdicts: unknown[] = []
  const module = defineModule({
    name: 'limits',
    config: config.section('limits'),
    start: () => ({}),
    reloadTenant: ({ tenant, tenants, guard }) => void verdicts.push(verdict({ tenants, guard }, tenant)),
  })
  const { plane, tenants } = await start({ modules: [module] })
  verdicts.splice(0)
  await tenants.remove('acme')
  expect(verdicts).toEqual([undefined])
  expect(verdict(plane, 'acme')).toBe('tenant_context_invalid')
  await plane.close()
})

test('a removal in the store counts, whatever the tenant has there', async () => {
  const { store, set, start: startPlane, publish, clock } = storeWorld()
  const acme = `${environment}/acme`
  await set('limits.rate', 5, acme)
  const plane = await startPlane({ tenants: { mode: 'shared', store } })
  expect([verdict(plane, 'acme'), verdict(plane, 'other')]).toEqual([undefined, undefined])
  await publish({ scope: acme, state: 'removed' })
  await clock.advance(0)
  expect([verdict(plane, 'acme'), verdict(plane, 'other')]).toEqual(['tenant_context_invalid', undefined])
  await publish({ scope: acme, state: 'active' })
  await clock.advance(0)
  expect(verdict(plane, 'acme')).toBeUndefined()
})
