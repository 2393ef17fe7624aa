import { describe, it } from 'vitest'
import { memoryStore } from '../../store/memory/memory-store.ts'
import { storeContract } from './store-contract.ts'

describe('the store in memory', () => {
  const cases = storeContract(() => {
    const store = memoryStore()
    return { store, backup: () => store.backup() }
  })
  for (const { name, run } of cases) it(name, { timeout: 60_000 }, run)
})
