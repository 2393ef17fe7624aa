import { onTestFinished } from 'vitest'
import { postgresStore } from '../../../packages/trimtab/src/postgres/index.ts'
import type { ConfigStore } from '../../../packages/trimtab/src/store/config-store.ts'
import { tcpProxy } from '../../support/tcp-proxy.ts'
import { type OwnServer, ownServer } from './own-server.ts'
import { startPublishers } from './publisher-process.ts'
import { startReader } from './reader-process.ts'
import { relayTo } from './relay.ts'
import { Run, type Way } from './run.ts'

/** A server, and processes that read and publish, each by a way of its own. They are there for all runs of a test. */
export interface StoreWorld {
  readonly server: OwnServer
  /** Past everything that disturbs. */
  readonly direct: ConfigStore
  begin(): Run
}

export async function storeWorld(counts: {
  readonly readers: number
  readonly publishers: number
}): Promise<StoreWorld> {
  const server = await ownServer()
  const ways = await Promise.all(Array.from({ length: counts.readers + counts.publishers }, () => wayTo(server)))
  const direct = postgresStore({ connectionString: server.url })
  onTestFinished(() => direct.close())
  const readers = ways.slice(0, counts.readers).map(({ url }) => startReader(url))
  const order = startPublishers(ways.slice(counts.readers).map(({ url }) => url))
  let number = 0
  return {
    server,
    direct,
    begin() {
      number += 1
      return new Run({ server, ways, direct, readers, environment: `checkout/run-${number}`, number, order })
    },
  }
}

async function wayTo({ port, url }: OwnServer): Promise<Way> {
  const proxy = await tcpProxy({ port })
  const relay = await relayTo(proxy)
  return { proxy, relay, url: url.replace(`:${port}/`, `:${relay.port}/`) }
}
