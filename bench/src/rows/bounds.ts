import { createPlane, defineConfig, healthy, objectSource, type Plane } from 'trimtab'
import { nodeProbes } from 'trimtab/probes'
import { z } from 'zod'
import { compared } from '../measure/compare.ts'
import { interleave } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { listening, openPipeline, serverOf } from '../probes/pipeline.ts'
import { timeToUnready } from '../stopping/time-to-unready.ts'

const timeout = 50
const grace = 10
const work = 0.5
const config = defineConfig(z.object({}))

/** What is promised in real time, each beside the least that could do the same in the same run. */
export async function measure(): Promise<Measured> {
  const plane = await createPlane({ config, sources: [objectSource({})], logger: false })
  const deadlines = await measureDeadlines(plane)
  const probes = await measureProbes(plane)
  await plane.close()
  const stops = await interleave(
    { own: () => timeToUnready('plane-process'), bare: () => timeToUnready('bare-process') },
    { rounds: 15, warmUp: 1 },
  )
  return [
    compared({
      name: `a check that hangs, given up after ${timeout} ms`,
      unit: 'ms',
      times: deadlines.map(({ own }) => own),
      peer: 'a timer beside it',
      peerTimes: deadlines.map(({ bare }) => bare),
      limit: { atMost: 1.1 },
    }),
    compared({
      name: 'a probe of a busy service',
      unit: 'ms',
      times: probes.own,
      peer: 'static handler',
      peerTimes: probes.bare,
      limit: { atMost: 1.1 },
    }),
    compared({
      name: 'from SIGTERM to the first 503',
      unit: 'ms',
      times: stops.own,
      peer: `a flag, and ${grace} ms`,
      peerTimes: stops.bare.map((time) => time + grace),
      limit: { atMost: 1 },
    }),
  ]
}

/** Both begin in the same turn of the loop, so that what keeps one from its time keeps the other. */
async function measureDeadlines({ health }: Plane<object>) {
  const times: { readonly own: number; readonly bare: number }[] = []
  for (let round = 0; round < 101; round += 1) {
    const remove = health.add({ name: `hangs${round}`, timeout, run: () => new Promise(() => {}) })
    const started = performance.now()
    const elapsed = () => performance.now() - started
    const asked = health.check({ fresh: true }).then(elapsed)
    const waited = new Promise((resolve) => setTimeout(resolve, timeout)).then(elapsed)
    const [own, bare] = await Promise.all([asked, waited])
    times.push({ own, bare })
    remove()
  }
  return times
}

/** Eight connections that always want something which keeps the loop busy, a hundred checks every 100 ms, and one that probes. */
async function measureProbes({ health }: Plane<object>) {
  for (let index = 0; index < 100; index += 1)
    health.add({ name: `check${index}`, interval: 100, run: async () => healthy() })
  await health.check({ fresh: true })
  const probes = nodeProbes(health)
  const server = serverOf((request, response) => {
    if (probes(request, response)) return
    if (request.url === '/work') burn()
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 8 }).end('healthy\n')
  })
  const port = await listening(server)
  const open = (path: string) => openPipeline(port, path)
  const [probe, still] = [await open('/readyz'), await open('/static')]
  const workers = await Promise.all(Array.from({ length: 8 }, () => open('/work')))
  let isBusy = true
  const busy = workers.map(async (worker) => {
    while (isBusy) await worker.send(1)
  })
  const inTurn = async ({ send }: typeof probe) => {
    let sum = 0
    for (let count = 0; count < 20; count += 1) sum += await send(1)
    return sum / 20
  }
  const times = await interleave({ own: () => inTurn(probe), bare: () => inTurn(still) }, { rounds: 101 })
  isBusy = false
  await Promise.all(busy)
  for (const each of [probe, still, ...workers]) each.close()
  server.close()
  return times
}

function burn(): void {
  const until = performance.now() + work
  while (performance.now() < until);
}
