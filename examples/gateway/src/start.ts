import { cpSync, existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gatewaySources } from './config.ts'
import { withFreePort } from './free-port.ts'
import { runGateway } from './run.ts'
import { startUpstream } from './upstream.ts'
import { whatToTry } from './what-to-try.ts'

/**
 * `npm start`: the gateway over a copy of its configuration, with two upstreams to send requests to.
 * `npm start -- --folder elsewhere --set limits.limit=5`
 */
const print = (line: string) => console.log(line)
const example = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { folder: { type: 'string', default: join(example, 'run') }, set: { type: 'string', multiple: true } },
})
const { folder } = values
const place = relative(process.cwd(), folder) || '.'

if (existsSync(join(folder, 'config.yaml'))) print(`using ${place}, as it is; delete it to begin anew`)
else cpSync(join(example, 'config'), folder, { recursive: true })

const upstreams = await Promise.all([startUpstream('blue'), startUpstream('green')])
const [blue, green] = upstreams.map(({ url }) => url)
// The configuration refers to them, as a service's would to what its platform sets.
Object.assign(process.env, { BLUE_URL: blue, GREEN_URL: green })

const port = await withFreePort(gatewaySources(folder)).catch(() => undefined)
if (port?.note !== undefined) print(port.note)

const code = await runGateway({
  // Where the configuration can't be read at all, the gateway says why.
  sources: port?.sources ?? gatewaySources(folder),
  print,
  ready: ({ url }) => [
    `ready ${url} (upstreams: blue ${blue}, green ${green}; pid ${process.pid})`,
    ...whatToTry(url, place),
  ],
})
await Promise.all(upstreams.map((upstream) => upstream.close()))
print(`ended with ${code}`)
process.exit(code)
