import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { defineConfig } from '../../schema/define-config.ts'
import { perTenant } from '../../schema/marks.ts'
import { objectSource } from '../../sources/object.ts'
import { tenantFetch } from '../../tenancy/middleware/fetch-middleware.ts'
import { createPlane } from '../create-plane.ts'

const config = defineConfig(z.object({ limits: perTenant(z.object({ rate: z.number().default(100) })) }))

test('over a folder a request is let in for tenants with a file and for those that were activated', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trimtab-known-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'acme.yaml'), 'limits: { rate: 5 }')
  writeFileSync(join(folder, 'globex.yaml'), '')
  const plane = await createPlane({ config, sources: [objectSource({})], logger: false, tenants: { folder } })
  const { tenants } = plane
  const enter = tenantFetch({ tenants, from: { header: 'x-tenant' }, authorize: () => true })
  const ask = async (tenant: string) => {
    const request = new Request('http://shop/', { headers: { 'x-tenant': tenant } })
    const response = await enter(request, () => new Response(`${tenants.current()?.config.limits.rate}`))
    return [response.status, await response.text()] as const
  }
  expect(await ask('acme')).toEqual([200, '5'])
  expect(await ask('globex')).toEqual([200, '100'])
  // It has the values of all, and is still not let in: it may be a typing mistake.
  expect(tenants.get('initech').config).toBe(plane.config)
  const [status, problem] = await ask('initech')
  expect(status).toBe(404)
  expect(JSON.parse(problem)).toMatchObject({
    code: 'tenant_unknown',
    detail: expect.stringMatching(/activated.*directory/),
  })
  expect(problem).not.toMatch(/acme|globex|initech/)
  await tenants.activate('initech')
  await tenants.reloadAll()
  expect(await ask('initech')).toEqual([200, '100'])
  await plane.close()
})
