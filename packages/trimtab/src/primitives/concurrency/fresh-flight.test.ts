import { expect, test } from 'vitest'
import { type Deferred, deferred } from './deferred.ts'
import { freshFlight } from './fresh-flight.ts'

test('one runs, one waits, and who comes meanwhile joins the one that has not begun', async () => {
  const runs: Deferred<number>[] = []
  const fly = freshFlight(() => {
    const run = deferred<number>()
    runs.push(run)
    return run.promise
  })
  const first = fly()
  const others = [fly(), fly(), fly()]
  expect(runs.length).toBe(1)
  runs[0]?.reject(new Error('mine'))
  await expect(first).rejects.toThrow('mine')
  await new Promise((resolve) => setImmediate(resolve))
  expect(runs.length).toBe(2)
  const last = fly()
  runs[1]?.resolve(2)
  expect(await Promise.all(others)).toEqual([2, 2, 2])
  await new Promise((resolve) => setImmediate(resolve))
  runs[2]?.resolve(3)
  expect([await last, runs.length]).toEqual([3, 3])
})
