import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { buildGateway, TestGateway } from './support/gateway.ts'
import { mainFile, trafficFile } from './support/gateway-files.ts'
import { startLoad } from './support/start-load.ts'
import { credentials, tenantFile } from './support/tenants.ts'
import { startTestUpstream } from './support/upstreams.ts'

beforeAll(buildGateway)

const operator = 'hidden-token-of-operators'

async function startGateway(): Promise<TestGateway> {
  const server = await startTestUpstream('a')
  const main = mainFile({ limit: 1_000_000, level: 'info', port: 0 })
  return new TestGateway({
    'config.yaml': `${main}access: { operator: "${operator}" }\n`,
    'routes.d/traffic.yaml': trafficFile({ edit: 0, server, extra: undefined }),
  })
}

/** The status of an answer. */
async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(url, { headers: { ...headers, connection: 'close' } })
  await response.arrayBuffer()
  return response.status
}

test('under load, one tenant gets another limit and another one a broken file, and nobody else notices', async () => {
  const gateway = await startGateway()
  const { service } = gateway
  const url = await gateway.url()
  const ask = (tenant: string) => statusOf(`${url}/load/1`, credentials(tenant))
  const load = await startLoad(url)

  const limited = tenantFile('initech', 'requestsPerSecond: 1')
  await gateway.change('tenants/initech.yaml', limited, /^  changed   limits\.requestsPerSecond: 1000000 → 1$/)
  const broken = tenantFile('globex', 'requestsPerSecond: lots')
  const place =
    /^  refused   tenants\/globex\.yaml:2:30: limits\.requestsPerSecond: expected a number above 0, received string/
  await gateway.change('tenants/globex.yaml', broken, place)
  expect(service.lines).toContain('tenant globex: goes on with its last good configuration')
  // It waits for its turn behind the load, which takes whatever there is.
  expect([await ask('acme'), await ask('globex'), await ask('initech')]).toEqual([200, 200, 429])

  const torn = 'access: { token: "hidden'
  await gateway.change('tenants/globex.yaml', torn, /^  refused   tenants\/globex\.yaml:1:\d+: /)
  expect([await ask('acme'), await ask('globex'), await ask('initech')]).toEqual([200, 200, 429])
  await gateway.change('tenants/globex.yaml', tenantFile('globex'), /^tenant globex: reads what is configured for it/)
  await gateway.change(
    'tenants/initech.yaml',
    tenantFile('initech'),
    /^  changed   limits\.requestsPerSecond: 1 → 1000000$/,
  )
  expect(await ask('initech')).toBe(200)

  const { answered, failed, mixed, statuses, stamps } = await load.stop()
  expect({ errors: failed.errors, timeouts: failed.timeouts, mixed }).toEqual({ errors: 0, timeouts: 0, mixed: [] })
  expect(statuses).toMatchObject({ acme: [200], globex: [200], initech: [200, 429] })
  // One tenant's change is no generation.
  expect(Object.keys(stamps)).toEqual(['1'])
  expect(answered).toBeGreaterThan(500)
  expect(service.lines.filter((line) => line.startsWith('reload'))).toEqual([])
  expect(await gateway.stop()).toBe(0)
})

test('a request comes in for the tenant it names with the token of that tenant, and for nobody else', async () => {
  const gateway = await startGateway()
  const { service } = gateway
  const url = await gateway.url()
  const ask = (headers: Readonly<Record<string, string>>) => statusOf(`${url}/load/1`, headers)
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const acme = credentials('acme')

  expect(await ask(acme)).toBe(200)
  expect(await ask(bearer(operator))).toBe(400)
  expect(await ask({ 'x-tenant': 'acme' })).toBe(403)
  expect(await ask({ ...acme, authorization: credentials('globex').authorization })).toBe(403)
  expect(await ask({ ...acme, ...bearer(operator) })).toBe(200)
  // Who is nobody learns nothing of who there is.
  expect(await ask({ ...acme, 'x-tenant': 'nobody' })).toBe(403)
  expect(await ask({ 'x-tenant': 'nobody', ...bearer(operator) })).toBe(404)

  const suspended = tenantFile('acme').replace('access: {', 'access: { suspended: true,')
  await gateway.change('tenants/acme.yaml', suspended, /^  changed   access\.suspended: false → true$/)
  expect([await ask(acme), await ask(credentials('globex'))]).toEqual([403, 200])
  const rotated = tenantFile('acme').replace('hidden-token-of-acme', 'hidden-other-token-of-acme')
  await gateway.change('tenants/acme.yaml', rotated, /^  changed   access\.suspended: true → false$/)
  expect([await ask(acme), await ask({ ...acme, ...bearer('hidden-other-token-of-acme') })]).toEqual([403, 200])

  expect(await gateway.stop()).toBe(0)
  const written = [service.lines.join('\n'), readFileSync(gateway.path('events/events.jsonl'), 'utf8')].join('\n')
  expect(written).not.toContain('hidden')
})

test('probes ask for no tenant, and tell why to operators alone', async () => {
  const gateway = await startGateway()
  const url = await gateway.url()
  await gateway.service.line(/^readiness: healthy$/)
  const probes = ['/livez', '/readyz', '/startupz', '/health'].map((path) => statusOf(`${url}${path}`, {}))
  expect(await Promise.all(probes)).toEqual([200, 200, 200, 200])
  const tell = async (token: string) => {
    const response = await fetch(`${url}/health`, {
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
    })
    return response.json()
  }
  // An optional check that has not been run yet is no reason to keep requests away, and not all is well either.
  const status = expect.stringMatching(/^(pass|warn)$/)
  expect(await tell('hidden-token-of-acme')).toEqual({ status })
  expect(await tell(operator)).toMatchObject({ status, readiness: { causes: [] }, checks: expect.anything() })
  expect(await gateway.stop()).toBe(0)
})
