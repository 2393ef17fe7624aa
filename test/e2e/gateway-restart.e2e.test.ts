import { beforeAll, expect, test } from 'vitest'
import { Fleet } from './support/fleet.ts'
import { buildGateway, TestGateway } from './support/gateway.ts'
import { mainFile, trafficFile } from './support/gateway-files.ts'
import { startTestUpstream } from './support/upstreams.ts'

beforeAll(buildGateway)

test('a rolling restart under load with POSTs over open connections loses no request', async () => {
  const server = await startTestUpstream('a')
  const files = {
    // As behind any balancer: an idle connection is for the client to close, as only it knows what it is about to send.
    'config.yaml': `${mainFile({ limit: 1_000_000, level: 'info', port: 0 })}  keepAliveTimeout: 10m\n`,
    'routes.d/traffic.yaml': trafficFile({ edit: 0, server, extra: undefined }),
  }
  const fleet = new Fleet(50)
  const start = async () => {
    const gateway = new TestGateway(files, ['--grace', '1500'])
    return { gateway, member: await fleet.join(await gateway.url()) }
  }

  let running = [await start(), await start()]
  fleet.begin()
  await fleet.more(500)
  for (const { gateway, member } of running) {
    const next = await start()
    expect(await gateway.stop()).toBe(0)
    // It said that it is leaving while it still answered, and then it was gone.
    expect(member.answers.filter((status) => status !== 0).at(-1)).toBe(503)
    const { lines } = gateway.service
    expect(lines.indexOf('readiness: unhealthy, because of stopping')).toBeGreaterThan(0)
    await fleet.more(500)
    running = [...running.filter((each) => each.gateway !== gateway), next]
  }
  await fleet.stop()
  expect(fleet.failures).toEqual([])
  expect(fleet.answered).toBeGreaterThanOrEqual(1_500)
  expect(await Promise.all(running.map(({ gateway }) => gateway.stop()))).toEqual([0, 0])
})
