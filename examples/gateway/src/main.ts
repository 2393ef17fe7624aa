import { parseArgs } from 'node:util'
import { readArguments, usageExitCode } from './arguments.ts'
import { gatewaySources } from './config.ts'
import { orderly } from './orderly.ts'
import { runGateway } from './run.ts'
import { gatewayStore, openStore } from './store/open-store.ts'

/**
 * The gateway alone: `node dist/main.js [--folder <folder with config.yaml and tenants>] [--store] [--grace <milliseconds>]
 * [--set path=value …]`. With `--store` there is a store in that folder, above the files, and what is typed is published.
 */
const options = {
  folder: { type: 'string', default: '.' },
  store: { type: 'boolean', default: false },
  grace: { type: 'string', default: '500' },
  set: { type: 'string', multiple: true },
} as const
const print = (line: string) => console.log(line)
const read = readArguments(options, () => parseArgs({ options }))
if (read.kind === 'wrong') {
  print(read.why)
  process.exit(usageExitCode)
}
const { values } = read
const { folder } = values

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
