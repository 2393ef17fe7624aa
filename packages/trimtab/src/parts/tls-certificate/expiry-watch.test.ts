import { expect, it } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { watchExpiry } from './expiry-watch.ts'

const hour = 3_600_000
const day = 24 * hour

it('tells a day before and at the end, once each, however far away both are', async () => {
  const clock = createManualClock()
  const told: string[] = []
  watchExpiry(clock, clock.now() + 90 * day, (expiry) => told.push(`${expiry} on day ${clock.monotonic() / day}`))
  await clock.advance(100 * day)
  expect(told).toEqual(['soon on day 89', 'expired on day 90'])
  expect(clock.pending).toBe(0)
})

it('tells at once what is soon, and of what has expired only that', async () => {
  const clock = createManualClock()
  const told: string[] = []
  watchExpiry(clock, clock.now() + hour, (expiry) => told.push(expiry))
  expect(told).toEqual(['soon'])
  watchExpiry(clock, clock.now() - 1, (expiry) => told.push(expiry))
  expect(told).toEqual(['soon', 'expired'])
})

it('follows a wall clock that jumps', async () => {
  const clock = createManualClock()
  const told: string[] = []
  watchExpiry(clock, clock.now() + 90 * day, (expiry) => told.push(expiry))
  clock.jumpWall(89 * day)
  await clock.advance(hour)
  expect(told).toEqual(['soon'])
})

it('waits for nothing after it was stopped', async () => {
  const clock = createManualClock()
  const stop = watchExpiry(clock, clock.now() + 2 * day, () => {
    throw new Error('told')
  })
  await clock.advance(hour)
  stop()
  expect(clock.pending).toBe(0)
})
