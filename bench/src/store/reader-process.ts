import { Client } from 'pg'
import { createPlane, defineConfig, dynamic, storeSource } from 'trimtab'
import { postgresStore } from 'trimtab/postgres'
import { z } from 'zod'
import { environment, sharedNow } from './peers.ts'

/**
 * Says when a change has arrived in this process: in the callback of a plane that reads the store, and in one that is told by a raw
 * notification and reads the row. Arguments: the URL of the store's database, that of the raw table's.
 */
const [storeUrl = '', rawUrl = ''] = process.argv.slice(2)
const arrived = (who: 'own' | 'raw', value: unknown) => process.send?.({ who, value, at: sharedNow() })

const config = defineConfig(z.object({ value: dynamic(z.number().default(0)) }))
const store = postgresStore({ connectionString: storeUrl })
const plane = await createPlane({ config, sources: [storeSource({ store, environment })], logger: false })
plane.watch('value', ({ next }) => arrived('own', next))

const client = new Client({ connectionString: rawUrl })
client.on('notification', ({ payload }) => {
  void client
    .query('select value from raw where id = $1', [payload])
    .then(({ rows }: { rows: readonly { readonly value: number }[] }) => arrived('raw', rows[0]?.value))
})
await client.connect()
await client.query('listen raw')
while (store.feedStatus(environment).kind !== 'push') await new Promise((resolve) => setTimeout(resolve, 10))
process.send?.('ready')
