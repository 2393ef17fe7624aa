/** A process with a plane that reads a store, and tells of everything that its tenants' listeners are told. */
import { startPlane } from '../../../packages/trimtab/src/plane/on-demand/start-plane.ts'
import { postgresStore } from '../../../packages/trimtab/src/postgres/postgres-store.ts'
import { storeSource } from '../../../packages/trimtab/src/store/source/store-source.ts'
import { type Config, config, environment, type PlaneMessage, type PlaneOrder } from './plane-orders.ts'

const tell = (message: PlaneMessage) => void process.send?.(message)

async function open(url: string) {
  const store = postgresStore({ connectionString: url })
  const plane = await startPlane<Config>({
    config,
    logger: false,
    sources: [storeSource({ store, environment, optional: true })],
    tenants: { mode: 'shared', store },
  })
  plane.tenants.watch('limits.rate', ({ tenant, path, previous, next }) => {
    const { rate } = plane.tenants.get(tenant).config.limits
    tell({ kind: 'changed', tenant, path, previous, next, rate, revision: plane.sources[0]?.cursor?.revision })
  })
  return plane
}

let opened: ReturnType<typeof open> | undefined
process.on('message', (order: PlaneOrder) => {
  void (async () => {
    switch (order.do) {
      case 'open':
        await (opened ??= open(order.url))
        tell({ kind: 'done', id: order.id, states: [] })
        return
      case 'activate': {
        if (opened === undefined) throw new Error('There is no plane')
        const { tenants } = await opened
        const all = await Promise.all(Array.from({ length: order.times }, () => tenants.activate(order.tenant)))
        tell({ kind: 'done', id: order.id, states: all.map(({ state }) => state) })
        return
      }
      case 'states': {
        const plane = await opened
        tell({ kind: 'done', id: order.id, states: plane?.tenants.states.map(({ state }) => state) ?? [] })
        return
      }
      case 'publish': {
        const plane = await opened
        const edits = [{ scope: `${environment}/${order.tenant}`, path: 'limits.rate', value: order.value }]
        const result = await plane?.publish(edits, { author: 'dana', message: 'why', until: 'committed' })
        const revision = result?.kind === 'published' ? result.cursor.revision : undefined
        tell({ kind: 'done', id: order.id, states: [], revision })
        return
      }
      default:
        order satisfies never
    }
  })()
})
