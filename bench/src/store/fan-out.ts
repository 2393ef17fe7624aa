import { Client } from 'pg'
import { postgresStore } from 'trimtab/postgres'
import { interleave, type Times } from '../measure/interleave.ts'
import { migratedDatabase } from './arrival.ts'
import { type DatabaseServer, withClient } from './database-server.ts'
import { environment } from './peers.ts'

const subscribers = 300

/**
 * From a notification to the last of those who wait for it, with the notification itself: one subscriber of a store, 300 of them on
 * its one connection, and 300 connections that listen. Each in a database of its own.
 */
export async function measureFanOut(server: DatabaseServer): Promise<Times<'one' | 'first' | 'last' | 'raw'>> {
  const [oneUrl, manyUrl] = [await migratedDatabase(server, 'fan_one'), await migratedDatabase(server, 'fan_many')]
  const rawUrl = await server.database('fan_raw')
  const one = await subscribe(oneUrl, 1)
  const many = await subscribe(manyUrl, subscribers)
  const raw = await listen(rawUrl, subscribers)
  const firsts: number[] = []
  const notifying = (client: Client, { heard }: Subscribed, count: number) => {
    let revision = 0
    return async () => {
      revision += 1
      const [first, last] = [heard(1), heard(count)]
      const started = performance.now()
      await client.query('select pg_notify($1, $2)', [
        client.database === 'fan_raw' ? 'raw' : 'trimtab',
        `${revision} ${environment}`,
      ])
      const ended = await last
      if (count > 1 && client.database !== 'fan_raw') firsts.push((await first) - started)
      return ended - started
    }
  }
  try {
    const rounds = 200
    const times = await withClient(oneUrl, (toOne) =>
      withClient(manyUrl, (toMany) =>
        withClient(rawUrl, (toRaw) =>
          interleave(
            {
              one: notifying(toOne, one, 1),
              last: notifying(toMany, many, subscribers),
              raw: notifying(toRaw, raw, subscribers),
            },
            { rounds, warmUp: 20 },
          ),
        ),
      ),
    )
    return { ...times, first: firsts.slice(-rounds) }
  } finally {
    for (const each of [one, many, raw]) await each.close()
  }
}

interface Subscribed {
  /** When so many of those who are woken from now on have been. */
  readonly heard: (count: number) => Promise<number>
  readonly close: () => Promise<unknown>
}

async function subscribe(url: string, count: number): Promise<Subscribed> {
  const store = postgresStore({ connectionString: url })
  const { wake, heard } = counter()
  const leaving = new AbortController()
  const readers = Array.from({ length: count }, async () => {
    for await (const _ of store.wakeups(environment, leaving.signal)) wake()
  })
  while (store.feedStatus(environment).kind !== 'push') await new Promise((resolve) => setTimeout(resolve, 10))
  return {
    heard,
    async close() {
      leaving.abort()
      await Promise.all(readers)
      await store.close()
    },
  }
}

async function listen(url: string, count: number): Promise<Subscribed> {
  const { wake, heard } = counter()
  const clients = Array.from({ length: count }, () => new Client({ connectionString: url }))
  for (const client of clients) {
    client.on('notification', wake)
    await client.connect()
    await client.query('listen raw')
  }
  return { heard, close: () => Promise.all(clients.map((client) => client.end())) }
}

function counter() {
  const waiting = new Set<{ left: number; readonly resolve: (at: number) => void }>()
  return {
    wake() {
      for (const each of waiting) {
        each.left -= 1
        if (each.left > 0) continue
        waiting.delete(each)
        each.resolve(performance.now())
      }
    },
    heard: (count: number) => new Promise<number>((resolve) => void waiting.add({ left: count, resolve })),
  }
}
