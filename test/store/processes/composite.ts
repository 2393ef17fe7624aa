/** A process with a plane of a file under a store under the environment under arguments. It tells each configuration it has. */
import { startPlane } from '../../../packages/trimtab/src/plane/on-demand/start-plane.ts'
import { postgresStore } from '../../../packages/trimtab/src/postgres/postgres-store.ts'
import { argsSource } from '../../../packages/trimtab/src/sources/args.ts'
import { envSource } from '../../../packages/trimtab/src/sources/env.ts'
import { fileSource } from '../../../packages/trimtab/src/sources/file.ts'
import { storeSource } from '../../../packages/trimtab/src/store/source/store-source.ts'
import { type CompositeMessage, type CompositeOrder, type Pool, pool } from './composite-orders.ts'

const tell = (message: CompositeMessage) => void process.send?.(message)

process.on('message', ({ url, file, env, argv }: CompositeOrder) => {
  void (async () => {
    const store = postgresStore({ connectionString: url })
    const plane = await startPlane<Pool>({
      config: pool,
      logger: false,
      sources: [
        fileSource(file, { watch: false }),
        storeSource({ store, environment: 'checkout/production', optional: true }),
        envSource({ prefix: 'APP_', env }),
        argsSource(argv),
      ],
    })
    const from = () => plane.explain('pool.max').contributions.map(({ origin }) => origin.source.split(':')[0] ?? '')
    tell({ pool: plane.config.pool, from: from() })
    plane.watch('pool', () => tell({ pool: plane.config.pool, from: from() }))
  })()
})
