import type { IncomingMessage, ServerResponse } from 'node:http'
import { isTrimtabError, type Json, type Plane } from 'trimtab'
import { postgresStore } from 'trimtab/postgres'
import { environment, type TenantDatabases } from './tenant-databases.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}

interface Operated {
  readonly plane: Plane<unknown>
  readonly databases: TenantDatabases
}

/** What an operator may ask for, at `/admin/…`. Publishing goes by a connection of its own, as if somebody else did it. */
export async function answerOperator(
  operated: Operated,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { status, body } = await operate(operated, request, await bodyOf(request))
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
  } catch (error) {
    const status = error instanceof SyntaxError ? 400 : isTrimtabError(error) ? error.kind.status : 500
    response.writeHead(status).end(`${isTrimtabError(error) ? error.message : 'that can not be done'}\n`)
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 10_000) throw new SyntaxError('It is too long.')
  }
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  return body
}

async function operate(
  { plane, databases }: Operated,
  { method = 'GET', url = '/' }: IncomingMessage,
  body: unknown,
): Promise<Answer> {
  const [, , tenant, step] = url.split('/')
  const { tenants } = plane
  if (tenant === undefined || tenant === '') return { status: 200, body: tenants.states.map(shown) }
  if (method !== 'POST') return { status: 200, body: shown(tenants.status(tenant)) }
  switch (step) {
    case 'activate':
    case 'suspend':
    case 'remove':
      return { status: 200, body: shown(await tenants[step](tenant)) }
    case undefined:
      return publish(databases.urlOf(tenant), tenant, body)
    default:
      return { status: 404, body: { error: 'activate, suspend or remove' } }
  }
}

async function publish(url: string, tenant: string, body: unknown): Promise<Answer> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { status: 400, body: { error: 'an object of paths and values, like {"greeting":"Howdy"}' } }
  const store = postgresStore({ connectionString: url, max: 1 })
  try {
    const scope = `${environment}/${tenant}`
    // What JSON was parsed to.
    const edits = Object.entries(body).map(([path, value]: [string, Json]) => ({ scope, path, value }))
    const { cursor: expected } = await store.readEnvironment(environment)
    const result = await store.publish(edits, { author: 'operator', message: 'By hand', expected })
    const status = result.kind === 'refused' ? 422 : result.kind === 'conflict' ? 409 : 200
    return { status, body: 'cursor' in result ? { kind: result.kind, revision: result.cursor.revision } : result }
  } finally {
    await store.close()
  }
}

function shown({ tenant, state, staleSince, feed }: ReturnType<Plane<unknown>['tenants']['status']>) {
  return { tenant, state, stale: staleSince !== undefined, follows: feed?.follows ?? 'nothing' }
}
