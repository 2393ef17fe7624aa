import { expect, test } from 'vitest'
import { deferred } from './deferred.ts'
import { createSlots } from './slots.ts'

test('so much goes on at once, and the rest in its order, whatever fails', async () => {
  const slots = createSlots(2)
  const works = [0, 1, 2, 3].map(() => deferred<number>())
  const begun: number[] = []
  const results = works.map((work, index) =>
    slots.run(() => {
      begun.push(index)
      return work.promise
    }),
  )
  await Promise.resolve()
  expect(begun).toEqual([0, 1])
  works[1]?.reject(new Error('mine'))
  await expect(results[1]).rejects.toThrow('mine')
  expect(begun).toEqual([0, 1, 2])
  for (const index of [0, 2, 3]) works[index]?.resolve(index)
  await expect(Promise.all([results[0], results[2], results[3]])).resolves.toEqual([0, 2, 3])
  await expect(slots.run(async () => 'free again')).resolves.toBe('free again')
})
