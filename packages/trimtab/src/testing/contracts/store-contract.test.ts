import { describe, it } from 'vitest'
import { systemClock } from '../../primitives/time/clock.ts'
import { createConfigStore } from '../../store/create-config-store.ts'
import { createMemoryStorage } from '../../store/memory/memory-storage.ts'
import { memoryStore } from '../../store/memory/memory-store.ts'
import { feedCases } from './store-cases/feed-cases.ts'
import { publishCases } from './store-cases/publish-cases.ts'
import { createStoreBench } from './store-cases/store-session.ts'
import { storeContract } from './store-contract.ts'

describe('two stores on one storage', () => {
  const bench = createStoreBench(() => {
    const storage = createMemoryStorage(systemClock)
    const open = () => createConfigStore({ storage, clock: systemClock })
    return { store: open(), secondHandle: open, backup: () => storage.backup() }
  }, 10_000)
  for (const { name, run } of [...publishCases(bench), ...feedCases(bench)]) it(name, { timeout: 60_000 }, run)
})

describe('the store in memory', () => {
  const cases = storeContract(() => {
    const store = memoryStore()
    return { store, backup: () => store.backup() }
  })
  for (const { name, run } of cases) it(name, { timeout: 60_000 }, run)
})
