import { parseArgs } from 'node:util'
import { gatewaySources } from './config.ts'
import { orderly } from './orderly.ts'
import { runGateway } from './run.ts'
import { gatewayStore, openStore } from './store/open-store.ts'

/**
 * The gateway alone: `node dist/main.js [--folder <folder with config.yaml and tenants>] [--store] [--grace <milliseconds>]
 * [--set path=value …]`. With `--store` there is a store in that folder, above the files, and what is typed is published.
 */
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '.' },
    store: { type: 'boolean', default: false },
    grace: { type: 'string', default: '500' },
    set: { type: 'string', multiple: true },
  },
})
const { folder } = values
const print = (line: string) => console.log(line)

const code = await orderly(print, async () => {
  await using store = values.store ? await openStore(folder) : undefined
  return runGateway({
    folder,
    grace: Number(values.grace),
    sources: gatewaySources(folder, store && gatewayStore(store)),
    store,
    print,
    ready: ({ url }) => [`ready ${url}`],
  })
})
process.exit(code)
