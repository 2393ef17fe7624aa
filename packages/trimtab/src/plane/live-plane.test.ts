import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../schema/define-config.ts'
import { dynamic } from '../schema/marks.ts'
import { createTestPlane } from '../testing/test-plane.ts'

it('reads the configuration of the committed snapshot, at every commit and before anybody hears of it', async () => {
  const config = defineConfig(z.object({ pool: dynamic(z.object({ max: z.number() })) }))
  await using plane = await createTestPlane(config, { tree: { pool: { max: 1 } } })
  expect(plane.config).toBe(plane.snapshot.config)
  const heard: unknown[] = []
  plane.events.on((event) => {
    if (event.type !== 'dev.trimtab.reload.committed') return
    heard.push([plane.config === plane.snapshot.config, plane.config.pool.max, event.generation])
  })
  await plane.set({ pool: { max: 2 } })
  await plane.set({ pool: { max: 3 } })
  expect(heard).toEqual([
    [true, 2, 2],
    [true, 3, 3],
  ])
  expect(plane.config).toBe(plane.snapshot.config)
})
