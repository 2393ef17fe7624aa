import { parseArgs } from 'node:util'
import { gatewaySources } from './config.ts'
import { runGateway } from './run.ts'

/** The gateway alone: `node dist/main.js [--folder <folder with config.yaml and tenants>] [--grace <milliseconds>] [--set path=value …]`. */
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '.' },
    grace: { type: 'string', default: '500' },
    set: { type: 'string', multiple: true },
  },
})

const code = await runGateway({
  folder: values.folder,
  grace: Number(values.grace),
  sources: gatewaySources(values.folder),
  print: (line) => console.log(line),
  ready: ({ url }) => [`ready ${url}`],
})
process.exit(code)
