import { describe, it } from 'vitest'
import type { JsonObject } from '../../primitives/json.ts'
import { sourceContract } from '../../testing/contracts/source-contract.ts'
import { faultyStore } from '../../../../../test/support/faulty-store.ts'
import { systemClock } from '../../primitives/time/clock.ts'
import { nextTurn } from '../../primitives/time/next-turn.ts'
import { memoryStore } from '../memory/memory-store.ts'
import { storeSource } from './store-source.ts'

const environment = 'checkout/production'

describe('what a store gives is a source', () => {
  const make = async (tree: JsonObject) => {
    const store = faultyStore(memoryStore(), systemClock)
    const put = async (next: JsonObject) => {
      const { cursor: expected } = await store.readEnvironment(environment)
      const edits = [{ scope: environment, path: '', value: next }]
      await store.publish(edits, { author: 'dana', message: 'why', expected })
      // The feed is woken, and reads.
      await nextTurn()
    }
    // Empty, and not absent.
    await put({ name: 'x' })
    await put(tree)
    return { store, put, source: storeSource({ store, environment }), dispose: () => store.close() }
  }
  const cases = sourceContract({
    make,
    put: ({ put }, tree) => put(tree),
  })
  for (const { name, run } of cases) it(name, { timeout: 30_000 }, run)
})
