import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { defineConfig } from 'trimtab'
import { cacheModule, cacheSchema } from 'trimtab/parts'
import { createTestPlane } from 'trimtab/testing'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { GatewaySnapshot } from '../../examples/gateway/src/config.ts'
import type { StoredResponse } from '../../examples/gateway/src/modules/responses.ts'
import type { Route } from '../../examples/gateway/src/routing/route-table.ts'
import { mayStore, shelfFor } from '../../examples/gateway/src/serving/stored.ts'

const config = defineConfig(z.object({ responses: cacheSchema }))
const route: Route = {
  ...{ name: 'status', match: '/status', upstream: 'green', order: 1, headers: {}, cached: true },
  pattern: { segments: ['status'], isOpen: false },
}
const stored = (tenant: string): StoredResponse => ({ tenant, status: 200, headers: {}, body: Buffer.from(tenant) })

async function openPlane() {
  const module = cacheModule<StoredResponse>({ config: config.section('responses') })
  const plane = await createTestPlane(config, { modules: [module] })
  onTestFinished(async () => void (await plane.close()))
  const cache = await plane.use(module, (resource) => resource)
  const shelf = (tenant: string, { generation = 1, headers = {} } = {}) => {
    const request = new IncomingMessage(new Socket())
    Object.assign(request, { method: 'GET', url: '/status', headers })
    // Nothing else of a snapshot is looked at.
    const snapshot = { generation } as GatewaySnapshot
    const exchange = { request, response: new ServerResponse(request), tenant, snapshot }
    return plane.tenants.run(tenant, () => shelfFor(cache, exchange, route, plane.guard))
  }
  return { plane, cache, shelf }
}

it('is given to the tenant that it was answered to, under the same configuration', async () => {
  const { shelf } = await openPlane()
  shelf('acme')?.store(stored('acme'))
  expect(shelf('acme')?.found?.body.toString()).toBe('acme')
  expect(shelf('globex')?.found).toBeUndefined()
  expect(shelf('acme', { generation: 2 })?.found).toBeUndefined()
})

it('is refused where it stands in the wrong place, and a violation is recorded', async () => {
  const { plane, cache, shelf } = await openPlane()
  cache.set('1 globex /status', stored('acme'))
  expect(() => shelf('globex')).toThrow(expect.objectContaining({ code: 'tenant_isolation' }))
  expect(plane.guard.violations()).toMatchObject([
    { kind: 'cross_tenant', owner: 'acme', tenant: 'globex', resource: 'responses/status', operation: 'read' },
  ])
})

it('is not asked for by requests that want an answer of their own', async () => {
  const { shelf } = await openPlane()
  for (const headers of [{ cookie: 'a=b' }, { range: 'bytes=0-1' }, { 'cache-control': 'no-cache' }])
    expect(shelf('acme', { headers })).toBeUndefined()
})

it.each([
  [200, { 'content-length': '10' }, true],
  [200, {}, false],
  [200, { 'content-length': '1000000' }, false],
  [500, { 'content-length': '10' }, false],
  [200, { 'content-length': '10', 'set-cookie': ['a=b'] }, false],
  [200, { 'content-length': '10', vary: 'accept' }, false],
  [200, { 'content-length': '10', 'cache-control': 'private' }, false],
])('%s with %j may be kept: %s', (status, headers, expected) => {
  expect(mayStore(status, headers)).toBe(expected)
})
