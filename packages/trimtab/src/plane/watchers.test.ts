import { getEventListeners } from 'node:events'
import { createTestPlane } from 'trimtab/testing'
import { defineConfig, dynamic } from 'trimtab'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const config = defineConfig(z.object({ max: dynamic(z.number().default(1)) }))

async function start() {
  const plane = await createTestPlane(config)
  onTestFinished(async () => void (await plane.close()))
  return plane
}

test('an iterator that is given up leaves no listener on a signal that lives on', async () => {
  const plane = await start()
  const { signal } = new AbortController()
  await plane.subscribe('max', { signal }).return()
  const changes = plane.subscribe('max', { signal })
  await plane.set({ max: 2 })
  for await (const { next } of changes) {
    expect(next).toBe(2)
    break
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('an iterator that waits for a change can be ended', async () => {
  const plane = await start()
  const changes = plane.subscribe('max')
  const waiting = changes.next()
  expect(await changes.return()).toEqual({ done: true, value: undefined })
  expect(await waiting).toEqual({ done: true, value: undefined })
})

test('an iterator ends with the signal, also one that has aborted before, and with the plane', async () => {
  const plane = await start()
  const controller = new AbortController()
  const changes = plane.subscribe('max', { signal: controller.signal })
  const last = plane.subscribe('max')
  controller.abort()
  expect(await changes.next()).toMatchObject({ done: true })
  expect(await plane.subscribe('max', { signal: controller.signal }).next()).toMatchObject({ done: true })
  await plane.close()
  expect(await last.next()).toMatchObject({ done: true })
})

test('content from outside is for dry runs alone', async () => {
  const plane = await start()
  const candidate = { tree: { max: 7 } }
  await expect(plane.reload({ candidate })).rejects.toMatchObject({ code: 'option_invalid' })
  expect(await plane.reload({ candidate, dryRun: true })).toMatchObject({ status: 'full_success', dryRun: true })
  expect(plane.config.max).toBe(1)
})
