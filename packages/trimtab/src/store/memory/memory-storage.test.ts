import { expect, it } from 'vitest'
import { createManualClock } from '../../testing/manual-clock.ts'
import { genesis } from '../cursor.ts'
import { hashRevision } from '../publish/revision-hash.ts'
import type { RevisionDraft } from '../revision.ts'
import { parseEnvironment } from '../scope.ts'
import { createMemoryStorage } from './memory-storage.ts'

const environment = parseEnvironment('checkout/production')

function draft(revision: number, parent: string): RevisionDraft {
  const said = { environment, parent, author: 'dana', message: 'why', rollbackTo: undefined, changes: [] }
  return { ...said, cursor: { revision, hash: hashRevision({ ...said, revision }) } }
}

it('appends to nothing but the newest revision, by number and by hash', async () => {
  const storage = createMemoryStorage(createManualClock())
  const first = draft(1, '')
  expect(await storage.append(draft(2, ''), '')).toEqual({ kind: 'conflict', current: genesis })
  expect(await storage.append(draft(1, 'another'), '')).toEqual({ kind: 'conflict', current: genesis })
  expect(await storage.append(first, '')).toMatchObject({ kind: 'appended' })
  for (const late of [first, draft(2, 'another'), draft(3, first.cursor.hash)]) {
    expect(await storage.append(late, '')).toEqual({ kind: 'conflict', current: first.cursor })
  }
  expect(await storage.append(draft(2, first.cursor.hash), '')).toMatchObject({ kind: 'appended' })
})

it('counts what its readers were told, and what nobody was there to be told of', async () => {
  const storage = createMemoryStorage(createManualClock())
  const first = draft(1, '')
  await storage.append(first, '')
  expect(storage.listener.counts()).toMatchObject({ received: 1, unknown: 1 })
  const controller = new AbortController()
  const wakeups = storage.wakeups(environment, controller.signal)[Symbol.asyncIterator]()
  await wakeups.next()
  await storage.append(draft(2, first.cursor.hash), '')
  expect(storage.listener.counts()).toMatchObject({ received: 2, unknown: 1, missed: 0 })
  controller.abort()
  await wakeups.next()
})
