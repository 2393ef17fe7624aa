import { expect, it } from 'vitest'
import { createSayOnce } from '../../examples/gateway/src/console/say-once.ts'

it('answers the first line that says something, and no other', () => {
  const said: string[] = []
  const take = createSayOnce((line) => said.push(line), 'there is no store')
  take('  ')
  expect(said).toEqual([])
  take('set limits.requestsPerSecond 5')
  take('help')
  expect(said).toEqual(['there is no store'])
})
