import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { createPlane, isTrimtabError, objectSource, type Plane, tenantMiddleware } from 'trimtab'
import { postgresDatabases } from 'trimtab/postgres'
import { config, type ServiceConfig } from './config.ts'
import { answerOperator } from './operator.ts'
import { environment, type TenantDatabases } from './tenant-databases.ts'

export interface ServiceOptions {
  readonly databases: TenantDatabases
  /** What each tenant, and `operator`, proves itself with. */
  readonly tokens: Readonly<Record<string, string>>
  readonly port: number
  readonly print: (line: string) => void
}

const orders = new Map([
  ['17', { tenant: 'acme', text: 'ten anvils' }],
  ['18', { tenant: 'globex', text: 'one hammock' }],
])

/** A service for tenants that each have their own values in a database of their own. */
export async function startService({ databases, tokens, port, print }: ServiceOptions) {
  // One connection that listens for each database, whatever is opened in it.
  const connections = postgresDatabases()
  const plane = await createPlane({
    config,
    sources: [objectSource({ tokens })],
    tenants: {
      mode: 'perDatabase',
      environment,
      open: (tenant) => connections.store({ connectionString: databases.urlOf(tenant), max: 2 }),
    },
    guard: { mode: 'strict' },
    logger: { debug() {}, info: print, warn: print, error: print },
  })

  const mayAct = (name: string, authorization: string | undefined) => {
    const token = plane.config.tokens[name]?.reveal()
    return token !== undefined && authorization === `Bearer ${token}`
  }
  const enter = tenantMiddleware({
    tenants: plane.tenants,
    from: { header: 'x-tenant' },
    authorize: (tenant, { headers }) => mayAct(tenant, headers.authorization),
  })
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/admin') !== true) {
      enter(request, response, () => answer(plane, request.url ?? '/', response))
      return
    }
    if (mayAct('operator', request.headers.authorization)) void answerOperator({ plane, databases }, request, response)
    else response.writeHead(403).end()
  })
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await plane.close()
    await connections.close()
  }
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    await close()
    throw error
  }
  const address = server.address()
  return {
    plane,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close,
  }
}

function answer(plane: Plane<ServiceConfig>, url: string, response: ServerResponse): void {
  const tenant = plane.tenants.current()
  const [, id] = /^\/orders\/(\w+)$/.exec(url) ?? []
  const order = orders.get(id ?? '')
  try {
    if (order !== undefined) plane.guard.assert({ tenant: order.tenant, resource: `orders/${id}`, operation: 'read' })
    if (url === '/')
      response.end(`${tenant?.config.greeting}, ${tenant?.id}: ${tenant?.config.limits.perMinute} a minute\n`)
    else response.writeHead(order === undefined ? 404 : 200).end(`${order?.text ?? 'nothing here'}\n`)
  } catch (error) {
    // Who may not see an order does not learn that it is there.
    response.writeHead(isTrimtabError(error, 'tenant_isolation') ? 404 : 500).end('nothing here\n')
  }
}
