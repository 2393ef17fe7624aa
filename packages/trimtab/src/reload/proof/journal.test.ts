import { expect, test } from 'vitest'
import { memoryJournal } from './journal.ts'

test('of what was set aside the newest 64 are remembered, and one that comes again is as new as any', async () => {
  const journal = memoryJournal()
  for (let index = 0; index < 64; index += 1) await journal.putAside(`D${index}`, 'health undid it')
  await journal.putAside('D0', 'health undid it again')
  for (let index = 64; index < 70; index += 1) await journal.putAside(`D${index}`, 'health undid it')

  const kept = [...Array.from({ length: 57 }, (_, index) => `D${index + 7}`), 'D0']
  expect([...journal.setAside.keys()]).toEqual([...kept, 'D64', 'D65', 'D66', 'D67', 'D68', 'D69'])
  expect(journal.setAside.get('D0')).toBe('health undid it again')
})
