import { expect, it } from 'vitest'
import { createSharing } from './sharing.ts'

it('makes one for each owner and name, and closes it when the last has given it back', async () => {
  const sharing = createSharing()
  const [one, other] = [{}, {}]
  const closed: string[] = []
  const make = (name: string) => () => ({ name, close: async () => void closed.push(name) })
  const first = sharing.lease(one, 'a', make('first'))
  const second = sharing.lease(one, 'a', make('second'))
  expect(second.value).toBe(first.value)
  expect(sharing.lease(one, 'b', make('third')).value.name).toBe('third')
  expect(sharing.lease(other, 'a', make('fourth')).value.name).toBe('fourth')
  await first.release()
  await first.release()
  expect(closed).toEqual([])
  await second.release()
  expect(closed).toEqual(['first'])
  expect(sharing.lease(one, 'a', make('fifth')).value.name).toBe('fifth')
})
