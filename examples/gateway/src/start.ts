import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gatewaySources } from './config.ts'
import { copyConfig } from './demo/copy-config.ts'
import { withFreePort } from './demo/free-port.ts'
import { startUpstream } from './demo/upstream.ts'
import { whatToTry } from './demo/what-to-try.ts'
import { runGateway } from './run.ts'

/**
 * `npm start`: the gateway over a copy of its configuration, with upstreams to send requests to.
 * `npm start -- --folder elsewhere --set limits.limit=5`
 */
const print = (line: string) => console.log(line)
const example = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { folder: { type: 'string', default: join(example, 'run') }, set: { type: 'string', multiple: true } },
})
const { folder } = values
const place = relative(process.cwd(), folder) || '.'

if (!copyConfig(join(example, 'config'), folder)) print(`using ${place}, as it is; delete it to begin anew`)

const [blue, green, red] = await Promise.all([
  startUpstream('blue'),
  startUpstream('green'),
  startUpstream('red', { status: 500 }),
])
// The configuration refers to them, as a service's would to what its platform sets.
Object.assign(process.env, { BLUE_URL: blue.url, GREEN_URL: green.url, RED_URL: red.url })

const port = await withFreePort(gatewaySources(folder)).catch(() => undefined)
if (port?.note !== undefined) print(port.note)

const code = await runGateway({
  folder,
  // Where the configuration can't be read at all, the gateway says why.
  sources: port?.sources ?? gatewaySources(folder),
  print,
  ready: ({ url }) => [
    `ready ${url} (upstreams: blue ${blue.url}, green ${green.url}, and red ${red.url}, which answers 500; pid ${process.pid})`,
    ...whatToTry(url, place),
  ],
})
await Promise.all([blue, green, red].map((upstream) => upstream.close()))
print(`ended with ${code}`)
process.exit(code)
