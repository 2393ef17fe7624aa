import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createSharedAbort } from './shared-abort.ts'

test('a signal has one listener however many listen, and none when all have stopped', () => {
  const { signal } = new AbortController()
  const listen = createSharedAbort()
  const stops = Array.from({ length: 50 }, () => listen(signal, () => {}))
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  for (const stop of [...stops, ...stops]) stop()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  const stop = listen(signal, () => {})
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  stop()
})

test('each hears of the abort once, in the order they came, but for those that stopped before it', () => {
  const controller = new AbortController()
  const listen = createSharedAbort()
  const heard: number[] = []
  const stops = [1, 2, 3, 4].map((each) => listen(controller.signal, () => heard.push(each)))
  stops[1]?.()
  listen(controller.signal, () => stops[3]?.())
  controller.abort()
  controller.abort()
  expect(heard).toEqual([1, 3, 4])
  listen(controller.signal, () => heard.push(5))
  expect(heard).toEqual([1, 3, 4, 5])
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
})

test('the same listener may listen twice and stop once, and no signal is no abort', () => {
  const controller = new AbortController()
  const listen = createSharedAbort()
  let heard = 0
  const note = () => void (heard += 1)
  listen(controller.signal, note)
  listen(controller.signal, note)()
  listen(undefined, note)()
  controller.abort()
  expect(heard).toBe(1)
})
