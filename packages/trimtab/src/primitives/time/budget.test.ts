import { expect, test } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { createBudget, doneWithin, runStepWithin } from './budget.ts'

test('a budget has no end until it is shortened, ends at the earliest that was asked for, and leaves no timer', async () => {
  const clock = createManualClock()
  const budget = createBudget(clock)
  expect(clock.pending).toBe(0)
  budget.shorten(1_000)
  budget.shorten(5_000)
  await clock.advance(500)
  budget.shorten(100)
  await clock.advance(99)
  expect(budget.over.aborted).toBe(false)
  await clock.advance(1)
  expect(budget.over.aborted).toBe(true)
  expect(clock.pending).toBe(0)
})

test('a budget that is let go of never ends', async () => {
  const clock = createManualClock()
  const budget = createBudget(clock)
  budget.shorten(1_000)
  budget.release()
  expect(clock.pending).toBe(0)
  expect(budget.over.aborted).toBe(false)
})

test('a step ends at its own deadline or with the budget, and is begun also after its end', async () => {
  const clock = createManualClock()
  const budget = createBudget(clock)
  const hang = (timeout: number) => runStepWithin(budget, { clock, timeout, run: () => new Promise(() => {}) })
  const steps = [hang(100), hang(10_000)]
  budget.shorten(300)
  await clock.advance(300)
  expect(await Promise.all(steps)).toEqual([
    { kind: 'timed_out', elapsed: 100 },
    { kind: 'timed_out', elapsed: 300 },
  ])
  expect(await runStepWithin(budget, { clock, timeout: 100, run: () => 'at once' })).toMatchObject({ value: 'at once' })
  const late = hang(100)
  await clock.advance(0)
  expect(await late).toEqual({ kind: 'timed_out', elapsed: 0 })
  expect(clock.pending).toBe(0)
})

test('work is waited for as long as there is time, and its own failure is passed on', async () => {
  const budget = createBudget(createManualClock())
  expect(await doneWithin(budget, Promise.resolve())).toBe(true)
  await expect(doneWithin(budget, Promise.reject(new Error('own')))).rejects.toThrow('own')
  const waiting = doneWithin(budget, new Promise(() => {}))
  budget.shorten(0)
  expect(await waiting).toBe(false)
})
