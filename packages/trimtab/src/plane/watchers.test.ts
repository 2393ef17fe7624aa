import { getEventListeners } from 'node:events'
import { createTestPlane } from 'trimtab/testing'
import { defineConfig, dynamic, type Logger } from 'trimtab'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const config = defineConfig(z.object({ max: dynamic(z.number().default(1)) }))

async function start(logger: Logger | false = false) {
  const plane = await createTestPlane(config, { logger })
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

test('any number of watchers, iterators and reloads on one signal are no leak that Node would warn of', async () => {
  const warnings: string[] = []
  const note = (warning: Error) => void warnings.push(warning.name)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const plane = await start()
  const controller = new AbortController()
  const { signal } = controller
  let calls = 0
  for (let index = 0; index < 20; index += 1) plane.watch('max', () => void (calls += 1), { signal })
  const iterators = Array.from({ length: 20 }, () => plane.subscribe('max', { signal }))
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => plane.reload({ signal })))
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['unchanged']))
  await plane.set({ max: 2 })
  expect(calls).toBe(20)

  controller.abort()
  await plane.set({ max: 3 })
  expect(calls).toBe(20)
  for (const iterator of iterators) expect(await iterator.next()).toMatchObject({ done: true })
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(warnings).toEqual([])
})

test('what a listener of the events throws or rejects with is told, as that of a watcher is', async () => {
  const lines: string[] = []
  const logger = { debug() {}, info() {}, warn: (line: string) => void lines.push(line), error() {} }
  const plane = await start(logger)
  plane.events.on(() => {
    throw new Error('thrown by a listener')
  })
  plane.events.on(() => Promise.reject(new Error('rejected by a listener')))
  plane.watch('max', () => Promise.reject(new Error('rejected by a watcher')))
  await plane.set({ max: 2 })
  for (const what of ['thrown by a listener', 'rejected by a listener', 'rejected by a watcher'])
    expect(lines).toContainEqual(expect.stringContaining(what))
})
