import { compared } from '../measure/compare.ts'
import { interleave } from '../measure/interleave.ts'
import type { Measured } from '../measure/measured.ts'
import { listening, openPipeline } from '../probes/pipeline.ts'
import { nestServer, planeServer, type Served, staticServer, terminusServer } from '../probes/servers.ts'

const batch = 100

/** A probe over HTTP, on a connection that stays open: against an answer that is always the same, and with more and more checks. */
export async function measure(): Promise<Measured> {
  const bare = await open(staticServer())
  const one = await open(await planeServer(1))
  const hundred = await open(await planeServer(100))
  const thousand = await open(await planeServer(1_000))
  const times = await interleave(
    { bare: bare.probe, one: one.probe, hundred: hundred.probe, thousand: thousand.probe },
    { rounds: 301, warmUp: 30 },
  )
  for (const each of [bare, one, thousand]) await each.close()

  // On their own, because they leave so much behind that whoever comes next pays for it.
  const terminus = await open(terminusServer(100))
  const nest = await open(await nestServer(100))
  const peers = await interleave(
    { own: hundred.probe, terminus: terminus.probe, nest: nest.probe },
    { rounds: 15, warmUp: 5 },
  )
  for (const each of [hundred, terminus, nest]) await each.close()

  const name = 'a probe, 100 checks'
  const own = { name, unit: 'µs', times: peers.own, isFaster: true } as const
  return [
    compared({
      name,
      unit: 'µs',
      times: times.hundred,
      peer: 'static handler',
      peerTimes: times.bare,
      // 0.9 times as many of them in the same time.
      limit: { atMost: 1.11 },
    }),
    compared({
      name: 'a probe, 1,000 checks',
      unit: 'µs',
      times: times.thousand,
      peer: 'with 1 check',
      peerTimes: times.one,
      limit: { atMost: 1.05 },
    }),
    compared({ ...own, peer: '@godaddy/terminus', peerTimes: peers.terminus }),
    compared({ ...own, peer: '@nestjs/terminus', peerTimes: peers.nest }),
  ]
}

/** The time of one request of many. */
async function open({ server, close }: Served) {
  const pipeline = await openPipeline(await listening(server), '/readyz')
  return {
    probe: async () => (await pipeline.send(batch)) / batch,
    async close() {
      pipeline.close()
      server.close()
      await close()
    },
  }
}
