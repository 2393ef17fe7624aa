import { median, quantile } from '../measure/compare.ts'
import type { Measured } from '../measure/measured.ts'
import type { Limit, Row, Unit } from '../measure/row.ts'
import { measureActivation } from '../store/activation.ts'
import { measureArrival } from '../store/arrival.ts'
import { withServer } from '../store/database-server.ts'
import { measureFanOut } from '../store/fan-out.ts'
import { measureThroughput } from '../store/throughput.ts'

/** What the store on PostgreSQL costs, beside the same by hand on the same server. Every commit is synced. */
export async function measure(): Promise<Measured> {
  return withServer(async (server) => {
    const arrival = await measureArrival(server)
    const fanOut = await measureFanOut(server)
    const rates = await measureThroughput(server)
    const { times, connections } = await measureActivation(server)
    const told = 'raw NOTIFY and SELECT'
    const one = 'one subscriber'
    const alone = 'nobody beside'
    return [
      row('publish → callback elsewhere, p50', 'ms', [median(arrival.own), told, median(arrival.raw)], { atMost: 1.5 }),
      row('publish → callback elsewhere, p99', 'ms', [quantile(arrival.own, 0.99), told, quantile(arrival.raw, 0.99)]),
      row('first of 300 subscribers told', 'ms', [median(fanOut.first), one, median(fanOut.one)]),
      row('last of 300 subscribers told', 'ms', [median(fanOut.last), one, median(fanOut.one)], { atMost: 1.5 }),
      row('the same', 'ms', [median(fanOut.last), '300 connections', median(fanOut.raw)]),
      row('publishes of 1 writer', '/s', [median(rates.publishAlone), 'inserts', median(rates.insertAlone)]),
      row('publishes of 16 writers', '/s', [median(rates.publishMany), 'inserts', median(rates.insertMany)]),
      row('the same', '/s', [median(rates.publishMany), 'inserts that notify', median(rates.notifyMany)]),
      row('other commits beside 16 publishers', '/s', [median(rates.besidePublishers), alone, median(rates.unrelated)]),
      row('the same, beside 16 raw notifiers', '/s', [median(rates.besideNotifiers), alone, median(rates.unrelated)]),
      row('activation of one of 1,000 tenants', 'ms', [median(times.own), 'one SELECT', median(times.raw)]),
      row('connections with 1,000 tenants', 'connections', [connections, 'one asks, one listens', 2], { atMost: 1 }),
    ]
  })
}

function row(
  name: string,
  unit: Unit,
  [value, peer, peerValue]: readonly [number, string, number],
  limit?: Limit,
): Row {
  return { name, unit, value, peer, peerValue, ratio: value / peerValue, ...(limit === undefined ? {} : { limit }) }
}
