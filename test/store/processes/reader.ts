/** A process that follows environments of a store, and tells of everything that it reads. */
import { postgresStore } from '../../../packages/trimtab/src/postgres/postgres-store.ts'
import { systemRandom } from '../../../packages/trimtab/src/primitives/random.ts'
import { systemClock } from '../../../packages/trimtab/src/primitives/time/clock.ts'
import { followEnvironment } from '../../../packages/trimtab/src/store/feed/follow-environment.ts'
import { contentOf, type ReaderMessage, type ReaderOrder } from './orders.ts'

const tell = (message: ReaderMessage) => void process.send?.(message)

const beat = 20
let stall = 0
let beatAt = performance.now()
setInterval(() => {
  const now = performance.now()
  stall += Math.max(0, now - beatAt - beat)
  beatAt = now
}, beat)

let leave = async () => {}

function follow(url: string, environment: string, run: number): () => Promise<void> {
  const store = postgresStore({ connectionString: url })
  const feed = followEnvironment({ store, environment, clock: systemClock, random: systemRandom })
  feed.events.on((event) => {
    if (event.kind === 'lost' || event.kind === 'restored') {
      tell({ kind: event.kind })
      return
    }
    const because = event.kind === 'adopted' ? event.because : event.kind
    const { next } = event
    tell({ kind: 'read', run, because, cursor: next.cursor, content: contentOf(next), at: Date.now() })
  })
  return async () => {
    await feed.close()
    await store.close()
  }
}

let before = Promise.resolve()
process.on('message', (order: ReaderOrder) => {
  if (order.do === 'tell_stall') {
    tell({ kind: 'stall', milliseconds: stall })
    return
  }
  before = before.then(async () => {
    await leave()
    leave = follow(order.url, order.environment, order.run)
  })
})
