import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readArguments, usageExitCode } from './arguments.ts'
import { gatewaySources } from './config.ts'
import { copyConfig } from './demo/copy-config.ts'
import { withFreePort } from './demo/free-port.ts'
import { openFreeStore } from './demo/free-store.ts'
import { startUpstream } from './demo/upstream.ts'
import { whatToTry } from './demo/what-to-try.ts'
import { orderly } from './orderly.ts'
import { runGateway } from './run.ts'
import { gatewayStore } from './store/open-store.ts'

/**
 * `npm start`: the gateway over a copy of its configuration and a store, with upstreams to send requests to.
 * `npm start -- --folder elsewhere --set limits.requestsPerSecond=5`; `npm start -- --files` goes without a store.
 */
const print = (line: string) => console.log(line)
const example = fileURLToPath(new URL('..', import.meta.url))
const options = {
  folder: { type: 'string', default: join(example, 'run') },
  files: { type: 'boolean', default: false },
  set: { type: 'string', multiple: true },
} as const
const read = readArguments(options, () => parseArgs({ options }))
if (read.kind === 'wrong') {
  print(read.why)
  process.exit(usageExitCode)
}
const { values } = read

const code = await orderly(print, async () => {
  const wanted = relative(process.cwd(), values.folder) || '.'
  const { folder, store: opened } = values.files
    ? { folder: wanted, store: undefined }
    : await openFreeStore(wanted, print)
  await using store = opened
  if (!copyConfig(join(example, 'config'), folder)) print(`using ${folder}, as it is; delete it to begin anew`)

  const [blue, green, red] = await Promise.all([
    startUpstream('blue'),
    startUpstream('green'),
    startUpstream('red', { status: 500 }),
  ])
  // The configuration refers to them, as a service's would to what its platform sets.
  Object.assign(process.env, { BLUE_URL: blue.url, GREEN_URL: green.url, RED_URL: red.url })

  const wantedSources = gatewaySources(folder, store && gatewayStore(store))
  const port = await withFreePort(wantedSources).catch(() => undefined)
  if (port?.note !== undefined) print(port.note)

  const ended = await runGateway({
    folder,
    // Where the configuration can't be read at all, the gateway says why.
    sources: port?.sources ?? wantedSources,
    store,
    withoutStore: 'There is no store to publish to, so what is typed is ignored. Started without --files, it has one.',
    print,
    ready: ({ url }) => [
      `ready ${url} (upstreams: blue ${blue.url}, green ${green.url}, and red ${red.url}, which answers 500; pid ${process.pid})`,
      ...whatToTry(url, folder, { isTyped: store !== undefined }),
    ],
  })
  await Promise.all([blue, green, red].map((upstream) => upstream.close()))
  return ended
})
print(`ended with ${code}`)
process.exit(code)
