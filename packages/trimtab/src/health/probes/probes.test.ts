import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { isTrimtabError } from '../../errors/trimtab-error.ts'
import { silentLogger } from '../../primitives/logger.ts'
import { createManualClock } from '../../testing/manual-clock.ts'
import { degraded, type Finding, healthy, unhealthy } from '../check.ts'
import { createHealth } from '../create-health.ts'
import { blockedAnswer } from './blocked-answer.ts'
import { fetchProbes } from './fetch-probes.ts'
import { probesPlugin } from './fastify-probes.ts'
import { nodeProbes } from './node-probes.ts'
import { probesByPath } from './probe-paths.ts'

/** Health whose one check says what it is told to, and counts how often it is asked. */
function scripted() {
  let finding: Finding = healthy('fine')
  let runs = 0
  const clock = createManualClock()
  const health = createHealth({
    clock,
    random: () => 0.5,
    generation: () => 1,
    logger: silentLogger,
  })
  const run = () => {
    runs += 1
    return finding
  }
  health.add({ name: 'pool', fall: 1, rise: 1, run })
  return {
    health,
    runs: () => runs,
    say: async (next: Finding) => {
      finding = next
      // A round: what callers ask for in between does not count towards a fall.
      await clock.advance(5_000)
    },
  }
}

const open: Server[] = []
afterEach(() => Promise.all(open.splice(0).map((server) => new Promise((closed) => server.close(closed)))))

async function served(listener: RequestListener) {
  const server = createServer(listener)
  open.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo
  return (path: string, init: ProbeInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { connection: 'close', ...init.headers } })
}

interface ProbeInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}
type Ask = (path: string, init?: ProbeInit) => Promise<Response>
type Authorized = (header: (name: string) => string | undefined) => boolean | Promise<boolean>
type Shape = (health: ReturnType<typeof scripted>['health'], authorize?: Authorized) => Promise<Ask>

it('leaves an answer alone that somebody else gave while it waited for authorization', async () => {
  let allow: (authorized: boolean) => void = () => {}
  const { health } = scripted()
  const probes = nodeProbes(health, { authorize: () => new Promise((resolve) => (allow = resolve)) })
  const ask = await served((request, response) => {
    probes(request, response)
    response.writeHead(408).end()
    allow(true)
  })
  // What came too late would end the process as a rejection that nobody takes.
  expect((await ask('/health')).status).toBe(408)
})

const shapes: Record<string, Shape> = {
  node: async (health, authorize) => {
    const probes = nodeProbes(health, {
      authorize: authorize && (({ headers }) => authorize((name) => headers[name]?.toString())),
    })
    return served((request, response) => {
      if (!probes(request, response)) response.writeHead(404).end()
    })
  },
  fetch: async (health, authorize) => {
    const probes = fetchProbes(health, {
      authorize: authorize && (({ headers }) => authorize((name) => headers.get(name) ?? undefined)),
    })
    return async (path, init) =>
      (await probes(new Request(`http://localhost${path}`, init))) ?? new Response(null, { status: 404 })
  },
  fastify: async (health, authorize) => {
    const app = fastify()
    app.register(
      probesPlugin(health, {
        authorize:
          authorize && (({ raw }: { raw: IncomingMessage }) => authorize((name) => raw.headers[name]?.toString())),
      }),
    )
    await app.ready()
    return served((request, response) => app.routing(request, response))
  },
}

describe.each(Object.entries(shapes))('probes of the shape %s', (_, shape) => {
  it('answer 503 before the first round, 200 when healthy or degraded, 503 when unhealthy', async () => {
    const { health, say } = scripted()
    const ask = await shape(health)
    const statuses = async () => {
      const all = await Promise.all(['/livez', '/readyz', '/startupz', '/health'].map((path) => ask(path)))
      return all.map(({ status }) => status)
    }
    expect(await statuses()).toEqual([200, 503, 200, 503])
    await say(healthy())
    expect(await statuses()).toEqual([200, 200, 200, 200])
    await say(degraded('slow'))
    expect(await statuses()).toEqual([200, 200, 200, 200])
    expect(await (await ask('/readyz')).text()).toBe('degraded\n')
    await say(unhealthy('down'))
    expect(await statuses()).toEqual([200, 503, 200, 503])
    await health.close()
  })

  it('start no check', async () => {
    const { health, say, runs } = scripted()
    await say(healthy())
    const before = runs()
    const ask = await shape(health)
    await Promise.all(Array.from({ length: 50 }, () => ask('/readyz')))
    expect(runs()).toBe(before)
    await health.close()
  })

  it('show details to those alone who may see them', async () => {
    const { health, say } = scripted()
    await say(unhealthy('the primary is down', { lag: 7 }))
    const closed = await shape(health)
    expect(await (await closed('/health')).text()).toBe('{"status":"fail"}')
    const ask = await shape(health, (header) => header('authorization') === 'Bearer t')
    const answer = await ask('/health', { headers: { authorization: 'Bearer t' } })
    expect(answer.headers.get('content-type')).toBe('application/health+json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toMatchObject({
      status: 'fail',
      readiness: { status: 'fail', causes: ['pool'] },
      checks: { pool: [{ status: 'fail', output: 'the primary is down', details: { lag: 7 }, generation: 1 }] },
    })
    expect(await (await ask('/health', { headers: { authorization: 'Bearer x' } })).json()).toEqual({ status: 'fail' })
    expect(await (await ask('/readyz')).text()).not.toContain('primary')
    await health.close()
  })

  it('show no details when whoever decides throws', async () => {
    const { health, say } = scripted()
    await say(healthy('fine'))
    const ask = await shape(health, () => {
      throw new Error('no')
    })
    expect(await (await ask('/health')).text()).toBe('{"status":"pass"}')
    await health.close()
  })

  it('answer HEAD without a body, and leave other paths alone', async () => {
    const { health } = scripted()
    const ask = await shape(health)
    const head = await ask('/livez', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await ask('/elsewhere')).status).toBe(404)
    expect([404, 405]).toContain((await ask('/livez', { method: 'POST' })).status)
    expect((await ask('/livez?probe=1')).status).toBe(200)
    await health.close()
  })
})

describe('who decides about details', () => {
  it('has a second', async () => {
    const clock = createManualClock()
    const { health, say } = scripted()
    await say(healthy('fine'))
    const probes = fetchProbes(health, { clock, authorize: () => new Promise(() => {}) })
    const answer = probes(new Request('http://localhost/health'))
    await clock.advance(1_000)
    expect(await (await answer)?.text()).toBe('{"status":"pass"}')
    await health.close()
  })
})

describe('the paths of probes', () => {
  const refusal = (paths: Parameters<typeof probesByPath>[0]) => {
    try {
      return String(probesByPath(paths).size)
    } catch (error) {
      if (isTrimtabError(error, 'option_invalid')) return error.message
      throw error
    }
  }

  it('can be given or turned off', () => {
    expect([...probesByPath({ livez: '/alive', health: false })]).toEqual([
      ['/alive', 'livez'],
      ['/readyz', 'readyz'],
      ['/startupz', 'startupz'],
    ])
  })

  it('are refused where they can not be', () => {
    expect(refusal({ livez: 'alive' })).toContain('paths.livez of the probes has to be a path that begins with /')
    expect(refusal({ livez: '/readyz' })).toContain('has the path of livez')
    // As plain JavaScript might.
    expect(refusal({ alive: '/alive' } as never)).toContain('is no probe: there are livez, readyz, startupz, health')
  })
})

describe('what is answered while the main loop is blocked', () => {
  const at = (age: number) => ({ age, reportAfter: 1_000, failAfter: 30_000 })
  const text = (...args: Parameters<typeof blockedAnswer>) => {
    const { status, body } = blockedAnswer(...args)
    return `${status} ${body.toString().trim()}`
  }

  it('says so from the first second on, and fails liveness after thirty', () => {
    expect(text('livez', 'healthy', at(900))).toBe('200 healthy')
    expect(text('livez', 'healthy', at(3_500))).toBe('200 degraded: the main loop has been blocked for 3.5 s')
    expect(text('livez', 'healthy', at(30_000))).toBe('503 unhealthy: the main loop has been blocked for 30.0 s')
    expect(text('readyz', 'healthy', at(30_000))).toBe('200 degraded: the main loop has been blocked for 30.0 s')
    expect(text('readyz', 'unhealthy', at(2_000))).toBe('503 unhealthy: the main loop has been blocked for 2.0 s')
    expect(text('health', 'healthy', at(31_000))).toBe(
      '503 {"status":"fail","output":"the main loop has been blocked for 31.0 s"}',
    )
  })
})
