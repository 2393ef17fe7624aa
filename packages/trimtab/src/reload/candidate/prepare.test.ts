import { expect, test } from 'vitest'
import { z } from 'zod'
import { createTestPlane } from '../../testing/test-plane.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { defineConfig } from '../../schema/define-config.ts'
import { dynamic } from '../../schema/marks.ts'

test('a transform that moves what a reference gave can not have it shown', async () => {
  const moved = z
    .object({ from: z.string(), to: z.string().default('') })
    .transform(({ from }) => ({ from: '', to: from }))
  const config = defineConfig(z.object({ app: dynamic(moved) }))
  const resolver = { scheme: 'safe', resolve: async () => ({ ok: true as const, value: 'hunter2-moved' }) }
  const references = { resolvers: [resolver] }
  const tree = { app: { from: 'plain' } }
  const plane = await createTestPlane(config, { tree, references, clock: createManualClock() })
  const outcome = await plane.set({ app: { from: '${safe:password}' } })

  expect(plane.config.app.to).toBe('hunter2-moved')
  expect(outcome.status).toBe('full_success')
  expect(JSON.stringify(outcome)).not.toContain('hunter2')
  await plane.close()
})

test('what is valid alone and not with what runs is refused, naming both fields', async () => {
  const limits = z
    .object({ workers: z.number().default(2), queue: dynamic(z.number().default(10)) })
    .refine(({ workers, queue }) => queue >= workers, {
      message: 'the queue is shorter than the workers',
      path: ['queue'],
    })
  const config = defineConfig(z.object({ limits }))
  const plane = await createTestPlane(config, {
    tree: { limits: { workers: 4, queue: 10 } },
    clock: createManualClock(),
  })
  const outcome = await plane.set({ limits: { workers: 1, queue: 2 } })

  expect(outcome.status).toBe('validation_failed')
  expect(outcome.problems.map(({ code }) => code)).toEqual(['mixture_invalid'])
  expect(outcome.problems[0]?.path).toBe('limits.queue')
  expect(outcome.problems[0]?.message).toContain('limits.workers')
  expect(plane.config.limits).toEqual({ workers: 4, queue: 10 })
  await plane.close()
})
