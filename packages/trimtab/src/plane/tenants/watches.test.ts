import { expect, test } from 'vitest'
import { z } from 'zod'
import { nextTurn } from '../../primitives/time/next-turn.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic, perTenant } from '../../schema/marks.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { scriptedOverlays } from '../../testing/scripted-overlays.ts'
import { createTestPlane } from '../../testing/test-plane.ts'

const config = defineConfig(
  z.object({
    pool: dynamic(z.object({ max: z.number().default(10) })),
    limits: perTenant(z.object({ rate: z.number().default(100), burst: z.number().default(1) })),
  }),
)

async function start(count = 3) {
  const clock = createManualClock()
  const trees = Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, { limits: { burst: 2 } }]))
  const overlays = scriptedOverlays({ trees })
  const plane = await createTestPlane(config, { clock, tenants: { overlays } })
  const told: unknown[] = []
  const stop = plane.tenants.watch('limits.rate', ({ tenant, path, previous, next }) => {
    told.push([tenant, path, previous, next, plane.tenants.current()?.id, plane.tenants.current()?.config.limits.rate])
  })
  const settled = async () => {
    await clock.advance(0)
    for (let turn = 0; turn < 3 + count / 32; turn += 1) await nextTurn()
  }
  return { clock, overlays, plane, told, stop, settled }
}

test('only the watches of the tenant wake whose overlay has changed, inside of its context', async () => {
  const { plane, overlays, told, settled } = await start()
  overlays.set('t1', { limits: { rate: 5 } })
  await settled()
  overlays.set('t2', { limits: { burst: 3 } })
  await settled()
  expect(told).toEqual([['t1', 'limits.rate', 100, 5, 't1', 5]])
  overlays.set('t1', { limits: { rate: 5, burst: 9 } })
  await settled()
  overlays.set('t1', undefined)
  await settled()
  expect(told.slice(1)).toEqual([['t1', 'limits.rate', 5, 100, 't1', 100]])
  await plane.close()
})

test('a change of what all share wakes those whose value changes with it, once, and nobody for another place', async () => {
  const { plane, overlays, told, settled } = await start(100)
  overlays.set('t1', { limits: { rate: 5 } })
  await settled()
  told.length = 0
  await plane.set({ limits: { rate: 50 } })
  await settled()
  expect(told).toHaveLength(99)
  expect(told[0]).toEqual(['t0', 'limits.rate', 100, 50, 't0', 50])
  await plane.set({ limits: { rate: 50, burst: 4 }, pool: { max: 3 } })
  await settled()
  expect(told).toHaveLength(99)
  await plane.close()
})

test('commits that follow each other closely are told from the first to the last', async () => {
  const { plane, told, settled } = await start(2)
  await Promise.all([10, 20, 30].map((rate) => plane.set({ limits: { rate } })))
  await plane.set({ limits: { rate: 40 } })
  await settled()
  const chain = told
    .filter((each) => Array.isArray(each) && each[0] === 't0')
    .map((each) => (each as unknown[]).slice(2, 4))
  expect(chain[0]?.[0]).toBe(100)
  expect(chain.at(-1)?.[1]).toBe(40)
  chain.slice(1).forEach(([previous], index) => expect(previous).toBe(chain[index]?.[1]))
  await plane.close()
})

test('one that has ended hears nothing, and one that throws harms nobody', async () => {
  const { plane, overlays, told, stop, settled } = await start()
  const controller = new AbortController()
  const others: unknown[] = []
  plane.tenants.watch('limits', () => {
    throw new Error('mine')
  })
  plane.tenants.watch('limits', ({ next }) => others.push(next.rate), { signal: controller.signal })
  stop()
  overlays.set('t1', { limits: { rate: 5 } })
  await settled()
  controller.abort()
  overlays.set('t1', { limits: { rate: 6 } })
  await settled()
  expect(told).toEqual([])
  expect(others).toEqual([5])
  // A path that the types do not have either.
  expect(() => plane.tenants.watch('limits.rat' as never, () => {})).toThrow(/limits\.rat/)
  await plane.close()
})
