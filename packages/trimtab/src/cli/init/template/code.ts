/** The extension of the service's files; its code is the same in both languages, because every type is inferred. */
export type Extension = 'ts' | 'js'

export const httpFile = (extension: Extension) => `import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { defineModule } from 'trimtab'
import { config } from './config.${extension}'

/** The HTTP server: it owns the section \`http\` and is told of changes there and nowhere else. */
export const http = defineModule({
  name: 'http',
  config: config.section('http'),
  // A port can be taken once: this server can't be replaced by a second one beside it.
  exclusive: true,

  async start({ config: settings, log }) {
    const server = createServer()
    const resource = { server, settings }
    server.on('request', async (_request, response) => {
      const { greeting, delay } = resource.settings
      await setTimeout(delay)
      response.end(\`\${greeting}\\n\`)
    })
    server.listen(settings.port, settings.host)
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : settings.port
    log.info(\`listening on http://\${settings.host}:\${port}\`)
    return resource
  },

  // Changes what can change while it runs. Should another module fail, this is called again with the change reversed.
  reload({ next, resource }) {
    resource.settings = next
  },

  async stop({ resource: { server } }) {
    const closed = once(server, 'close')
    server.close()
    await closed
  },
})
`

export const serviceFile = (extension: Extension) => `import { http } from './http.${extension}'

/** What the service is made of: src/main.${extension} starts it, and the trimtab command looks at it. */
export { config, sources } from './config.${extension}'
export const modules = [http]
`

export const mainFile = (extension: Extension) => `import { createPlane } from 'trimtab'
import { config, modules, sources } from './service.${extension}'

const plane = await createPlane({ config, sources, modules, logger: console }).catch((error) => {
  console.error(error.message)
  process.exit(1)
})

// Until SIGTERM or SIGINT. Behind a load balancer, which has to notice first, leave \`grace\` away: it is 5 seconds then.
await plane.run({ grace: 0 })
`
