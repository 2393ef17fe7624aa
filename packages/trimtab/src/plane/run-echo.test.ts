import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { silentLogger } from '../primitives/logger.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { runUntilStopped } from './run.ts'

/** Runs with a close that takes for ever, so that only impatience ends it. */
function runStuck() {
  const host = Object.assign(new EventEmitter(), { exit() {} })
  const clock = createManualClock()
  const parts = { host, clock, logger: silentLogger, reload() {}, leave() {}, closing: new AbortController().signal }
  const close = () => new Promise<never>(() => {})
  let code: number | undefined
  const running = runUntilStopped({ ...parts, close }, { grace: 0, exit: false }).then((end) => (code = end))
  return { host, clock, running, code: () => code }
}

test('a signal that comes by two ways at once is one signal', async () => {
  const { host, clock, running, code } = runStuck()
  host.emit('SIGINT')
  host.emit('SIGINT')
  await clock.advance(249)
  host.emit('SIGINT')
  await clock.advance(0)
  expect(code()).toBeUndefined()
  await clock.advance(1)
  host.emit('SIGINT')
  expect(await running).toBe(1)
})

test('another signal ends at once, however soon it comes', async () => {
  const { host, running } = runStuck()
  host.emit('SIGINT')
  host.emit('SIGTERM')
  expect(await running).toBe(1)
})

test('a signal limits a close that somebody else has begun, which has its own time otherwise', async () => {
  const host = Object.assign(new EventEmitter(), { exit() {} })
  const closing = new AbortController()
  const budgets: unknown[] = []
  const close = (budget?: number) => {
    budgets.push(budget)
    return budget === undefined ? new Promise<never>(() => {}) : Promise.resolve({ unfinished: [] })
  }
  const parts = {
    host,
    clock: createManualClock(),
    logger: silentLogger,
    reload() {},
    leave() {},
    closing: closing.signal,
  }
  const running = runUntilStopped({ ...parts, close }, { exit: false, shutdownTimeout: 9_000 })
  closing.abort()
  await parts.clock.advance(0)
  expect(budgets).toEqual([undefined])
  host.emit('SIGTERM')
  expect(budgets).toEqual([undefined, 9_000])
  await parts.clock.advance(1_000)
  host.emit('SIGTERM')
  expect(await running).toBe(1)
})
