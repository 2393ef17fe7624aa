import { createPlane, defineConfig, perTenant, storeSource } from 'trimtab'
import { postgresStore } from 'trimtab/postgres'
import { z } from 'zod'
import { interleave, type Times } from '../measure/interleave.ts'
import { migratedDatabase } from './arrival.ts'
import { type DatabaseServer, withClient } from './database-server.ts'
import { environment } from './peers.ts'

const count = 1_000
const names = Array.from({ length: count }, (_, index) => `tenant${index}`)

export interface Activation {
  /** Milliseconds for a tenant, and for a row. */
  readonly times: Times<'own' | 'raw'>
  /** Connections that the plane and its store have: the store may have one for its questions, and one listens. */
  readonly connections: number
}

/** Activates 1,000 tenants that live in one database with values of their own, beside as many rows read one after the other. */
export async function measureActivation(server: DatabaseServer): Promise<Activation> {
  const url = await migratedDatabase(server, 'activation')
  const store = postgresStore({ connectionString: `${url}?application_name=activation`, max: 1 })
  try {
    const { cursor: expected } = await store.readEnvironment(environment)
    const edits = names.map((name) => ({ scope: `${environment}/${name}`, path: 'limits.rate', value: 5 }))
    const shared = { scope: environment, path: 'limits.rate', value: 100 }
    await store.publish([shared, ...edits], { author: 'bench', message: 'bench', expected })
    const config = defineConfig(z.object({ limits: perTenant(z.object({ rate: z.number() })) }))
    let connections = 0
    const activate = async () => {
      const plane = await createPlane({
        config,
        sources: [storeSource({ store, environment })],
        tenants: { mode: 'shared', store },
        logger: false,
      })
      try {
        const started = performance.now()
        await Promise.all(names.map((name) => plane.tenants.activate(name)))
        const time = (performance.now() - started) / count
        while (store.feedStatus(environment).kind !== 'push') await new Promise((resolve) => setTimeout(resolve, 10))
        connections = Math.max(connections, await connectionsIn(url))
        return time
      } finally {
        await plane.close()
      }
    }
    return await withClient(url, async (client) => {
      const select = async () => {
        const started = performance.now()
        for (const name of names) {
          await client.query('select path, value from trimtab.entries where environment = 1 and tenant = $1', [name])
        }
        return (performance.now() - started) / count
      }
      const times = await interleave({ own: activate, raw: select }, { rounds: 3, warmUp: 1 })
      return { times, connections }
    })
  } finally {
    await store.close()
  }
}

function connectionsIn(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const text = `select count(*)::integer as count from pg_stat_activity where application_name = 'activation'`
    const { rows } = await client.query<{ readonly count: number }>(text)
    return rows[0]?.count ?? 0
  })
}
