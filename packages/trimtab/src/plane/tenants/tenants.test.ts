import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const config = defineConfig(
  z.object({
    port: z.number().default(80),
    pool: dynamic(z.object({ max: z.number().default(10) })),
    limits: perTenant(z.object({ rate: z.number().max(1_000).default(100), burst: z.number().default(1) })),
  }),
)

async function start(trees: Record<string, object> = {}) {
  const clock = createManualClock()
  // Trees of the tests are JSON.
  const overlays = scriptedOverlays({ trees: trees as never })
  const plane = await createTestPlane(config, { clock, tenants: { overlays } })
  return { clock, overlays, plane, settled: () => clock.advance(0) }
}

test('a tenant reads its overlay above the shared configuration, and shares what it does not change', async () => {
  const { plane, overlays, settled } = await start({ acme: { limits: { rate: 5 } } })
  const acme = plane.tenants.get('acme')
  expect(acme.config.limits).toEqual({ rate: 5, burst: 1 })
  expect(acme.config.pool).toBe(plane.config.pool)
  expect(plane.tenants.get('globex').config).toBe(plane.config)

  overlays.set('acme', { limits: { rate: 6 } })
  await settled()
  expect(acme.config.limits.rate).toBe(6)
  expect(plane.tenants.get('acme')).toBe(acme)

  await plane.set({ pool: { max: 20 }, limits: { burst: 3 } })
  expect(acme.config).toEqual({ port: 80, pool: { max: 20 }, limits: { rate: 6, burst: 3 } })

  overlays.set('acme', undefined)
  await settled()
  expect(acme.config).toBe(plane.config)
  await plane.close()
})
