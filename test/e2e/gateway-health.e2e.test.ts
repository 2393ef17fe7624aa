import { readFileSync } from 'node:fs'
import type { TrimtabEvent } from 'trimtab'
import { beforeAll, expect, test } from 'vitest'
import { buildGateway, TestGateway } from './support/gateway.ts'
import { mainFile, trafficFile } from './support/gateway-files.ts'
import { startLoad } from './support/start-load.ts'
import { credentials } from './support/tenants.ts'
import { startTestUpstream, type TestUpstream } from './support/upstreams.ts'

beforeAll(buildGateway)

const traffic = (edit: number, server: TestUpstream) => trafficFile({ edit, server, extra: undefined })

/** What the gateway has written into its folder so far. */
function eventsIn(gateway: TestGateway): readonly TrimtabEvent[] {
  const text = readFileSync(gateway.path('events/events.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line): TrimtabEvent => JSON.parse(line))
}

test('a mistake that every module accepts is undone by health while requests flow', async () => {
  const [good, other] = [await startTestUpstream('good'), await startTestUpstream('other')]
  const broken = await startTestUpstream('broken', { status: 500 })
  const main = mainFile({ limit: 1_000_000, level: 'info', port: 0 })
  const file = 'routes.d/traffic.yaml'
  const gateway = new TestGateway({ 'config.yaml': main, [file]: traffic(0, good) })
  const { service } = gateway
  const url = await gateway.url()
  const ask = () => fetch(`${url}/load/1`, { headers: { ...credentials('acme'), connection: 'close' } })
  await service.line(/^stable: generation 1,/)
  const load = await startLoad(url)

  await gateway.change(file, traffic(1, broken), /^reload by file: generation 2$/)
  expect((await ask()).status).toBe(500)
  await service.line(/^undone: generation 3 is what was stable before$/)
  for (let count = 0; count < 50; count += 1) expect((await ask()).status).toBe(200)
  const { answered, failed, mixed, stamps, statuses } = await load.stop()

  // Old, new, old: each generation is one upstream, one route and one token, and nobody was cut off between two.
  expect({ failed: { ...failed, non2xx: 0 }, mixed }).toEqual({
    failed: { errors: 0, timeouts: 0, non2xx: 0 },
    mixed: [],
  })
  expect(stamps).toEqual({ 1: ['good.0'], 2: ['broken.1'], 3: ['good.0'] })
  expect(statuses).toMatchObject({ 1: [200], 2: [500], 3: [200] })
  expect(answered).toBeGreaterThan(500)

  const told = service.lines.filter((line) => /^(reload by file: generation|health says|undone)/.test(line))
  expect(told).toEqual([
    'reload by file: generation 2',
    expect.stringMatching(/^health says no to generation 2, after \d\.\d s:$/),
    'undone: generation 3 is what was stable before',
  ])
  const reasons = service.lines.filter((line) => line.startsWith('  unhealthy'))
  const reason = /upstreams\["(pool-a|spare)"\].* failed 5 times in a row: GET \/ answered 500$/
  expect(reasons).not.toEqual([])
  for (const line of reasons) expect(line).toMatch(reason)

  // What was undone is not tried again; what was there before changes nothing; and something good is taken at once.
  await gateway.change(file, traffic(0, good), /^reload by file: nothing to apply, still generation 3/)
  await gateway.change(file, traffic(4, other), /^reload by file: generation 4$/)
  await service.line(/^stable: generation 4,/)
  expect(await (await ask()).json()).toMatchObject({ upstream: 'other' })

  expect(await gateway.stop()).toBe(0)
  const completed = eventsIn(gateway).flatMap(({ type, data }) => {
    return type === 'dev.trimtab.reload.completed' ? [data] : []
  })
  // It is refused as long as it stands there, however often the file is looked at.
  const outcomes = completed.filter(({ status }) => status !== 'validation_failed')
  expect(outcomes).toMatchObject([
    { status: 'full_success', triggers: ['boot'] },
    { status: 'rolled_back', cause: { kind: 'unhealthy', reasons: reasons.map(() => expect.stringMatching(reason)) } },
    { status: 'unchanged' },
    { status: 'full_success', generation: 4 },
  ])
  expect(readFileSync(gateway.path('events/events.jsonl'), 'utf8')).not.toMatch(/hidden|token-/)
})
