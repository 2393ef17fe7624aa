/** A process that publishes what it is told to, several things at once, and tells what became of them. */
import { postgresStore } from '../../../packages/trimtab/src/postgres/postgres-store.ts'
import type { ConfigStore } from '../../../packages/trimtab/src/store/config-store.ts'
import type { PublishAnswer, PublishOrder } from './orders.ts'

const stores = new Map<string, ConfigStore>()

function storeAt(url: string): ConfigStore {
  const known = stores.get(url)
  if (known !== undefined) return known
  const store = postgresStore({ connectionString: url })
  stores.set(url, store)
  return store
}

async function publish(order: PublishOrder): Promise<PublishAnswer> {
  const { id, url, environment, edits, patience } = order
  const store = storeAt(url)
  const signal = AbortSignal.timeout(patience)
  let conflicts = 0
  try {
    for (;;) {
      const expected = order.expected ?? (await store.readEnvironment(environment, signal)).cursor
      const result = await store.publish(edits, { author: 'dana', message: `publish ${id}`, expected, signal })
      switch (result.kind) {
        case 'published':
        case 'unchanged':
          return { id, outcome: result.kind, cursor: result.cursor, conflicts }
        case 'refused':
          return { id, outcome: 'refused', cursor: undefined, conflicts }
        case 'conflict':
          if (order.expected !== undefined) return { id, outcome: 'conflict', cursor: result.current, conflicts }
          conflicts += 1
          break
        default:
          result satisfies never
      }
    }
  } catch {
    return { id, outcome: 'failed', cursor: undefined, conflicts }
  }
}

process.on('message', (order: PublishOrder) => {
  void publish(order).then((answer) => process.send?.(answer))
})
