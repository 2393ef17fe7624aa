import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../../schema/define-config.ts'
import { perTenant, secret } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { type ScriptedOverlaysOptions, scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const config = defineConfig(
  z.object({ limits: perTenant(z.object({ rate: z.number().default(100), key: secret(z.string()).optional() })) }),
)

async function start(trees: ScriptedOverlaysOptions['trees'] = {}) {
  const clock = createManualClock()
  const overlays = scriptedOverlays({ trees })
  const plane = await createTestPlane(config, { clock, logger: false, tenants: { overlays } })
  return { plane, overlays, tenants: plane.tenants, settled: () => clock.advance(0) }
}

test('a handle that is kept over removal and activation is that tenant’s, and never holds what it had', async () => {
  const { plane, overlays, tenants } = await start({ acme: { limits: { rate: 5 } }, globex: { limits: { rate: 7 } } })
  const acme = tenants.get('acme')
  expect(acme.config.limits.rate).toBe(5)
  await tenants.remove('acme')
  expect(acme.config).toBe(plane.config)
  overlays.set('acme', { limits: { rate: 6 } })
  await tenants.activate('acme')
  expect(tenants.get('acme')).toBe(acme)
  expect([acme.config.limits.rate, tenants.get('globex').config.limits.rate]).toEqual([6, 7])
  await plane.close()
})

test('what was bound to a tenant is refused by the guard once that is removed, and nobody else’s is', async () => {
  const { plane, tenants } = await start({ acme: {}, globex: {} })
  const touch = (tenant: string) => () => plane.guard.assert({ tenant, resource: 'orders/1', operation: 'read' })
  const acme = tenants.run('acme', () => tenants.bind(touch('acme')))
  const globex = tenants.run('globex', () => tenants.bind(touch('globex')))
  acme()
  await tenants.remove('acme')
  expect(acme).toThrow(expect.objectContaining({ code: 'tenant_context_invalid' }))
  expect(() => tenants.run('globex', acme)).toThrow(expect.objectContaining({ code: 'tenant_context_invalid' }))
  globex()
  expect(tenants.run('acme', () => tenants.current()?.id)).toBe('acme')
  await plane.close()
})

test('watchers hear nothing of a tenant after its removal but that, until it is there again', async () => {
  const { plane, overlays, tenants, settled } = await start({ acme: { limits: { rate: 5 } }, globex: {} })
  const told: unknown[] = []
  tenants.watch('limits.rate', ({ tenant, next }) => told.push([tenant, next, tenants.current()?.id]))
  await tenants.remove('acme')
  expect(told.splice(0)).toEqual([['acme', 100, 'acme']])
  overlays.set('acme', { limits: { rate: 6 } })
  await settled()
  await tenants.reload('acme')
  await plane.set({ limits: { rate: 50 } })
  await settled()
  expect(told.splice(0)).toEqual([['globex', 50, 'globex']])
  expect(tenants.list()).toEqual(['globex'])
  await tenants.activate('acme')
  expect(told).toEqual([['acme', 6, 'acme']])
  await plane.close()
})

test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])('a tenant may be called %s', async (name) => {
  const { plane, tenants, overlays, settled } = await start()
  expect(tenants.stateOf(tenants.get(name).id)).toBe('unknown')
  expect(tenants.get(name).config).toBe(plane.config)
  overlays.set(name, { limits: { rate: 5 } })
  await settled()
  expect(tenants.get(name).config.limits.rate).toBe(5)
  expect(tenants.get('other').config.limits.rate).toBe(100)
  await tenants.remove(name)
  expect(tenants.status(name)).toMatchObject({ state: 'unknown', hasOverlay: false })
  expect(() => tenants.run(name, () => plane.guard.assert({ tenant: name, resource: 'x', operation: 'read' }))).toThrow(
    /none any more/,
  )
  expect(plane.guard.counts).toHaveLength(1)
  await plane.close()
})

test('what can’t be an id is none, whoever is asked', async () => {
  const { plane, tenants } = await start()
  for (const name of ['__proto__', '', '.', '../acme', 'acme/', 'a\u0000', 'ACMÉ', `a${'b'.repeat(128)}`]) {
    for (const ask of [() => tenants.get(name), () => tenants.run(name, () => {}), () => tenants.status(name)])
      expect(ask, name).toThrow(expect.objectContaining({ code: 'tenant_context_invalid' }))
    await expect(tenants.remove(name)).rejects.toMatchObject({ code: 'tenant_context_invalid' })
  }
  await plane.close()
})

test('ids that differ in case only are two tenants for the guard, and the second is given no values of its own', async () => {
  const { plane, overlays, tenants, settled } = await start({ acme: { limits: { rate: 5 } } })
  expect(() =>
    tenants.run('Acme', () => plane.guard.assert({ tenant: 'acme', resource: 'x', operation: 'read' })),
  ).toThrow(expect.objectContaining({ code: 'tenant_isolation' }))
  overlays.set('Acme', { limits: { rate: 6 } })
  await settled()
  expect(tenants.get('acme').config.limits.rate).toBe(5)
  // It goes on with what it had, which is what all share, and it is said why.
  expect(tenants.get('Acme').config).toBe(plane.config)
  expect(tenants.status('Acme').held).toMatchObject({ problems: [{ code: 'ambiguous_name' }] })
  overlays.set('acme', undefined)
  await tenants.reloadAll()
  expect(tenants.get('Acme').config.limits.rate).toBe(6)
  expect(tenants.get('acme').config).toBe(plane.config)
  // Removing one is not removing the other.
  await tenants.remove('acme')
  tenants.run('Acme', () => plane.guard.assert({ tenant: 'Acme', resource: 'x', operation: 'read' }))
  await plane.close()
})
