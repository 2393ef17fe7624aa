import type { ChildProcess } from 'node:child_process'
import { migrate, pgDatabase, postgresStore } from 'trimtab/postgres'
import { interleave, type Times } from '../measure/interleave.ts'
import { withChild } from './child.ts'
import { type DatabaseServer, withClient } from './database-server.ts'
import { environment, rawTables, sharedNow } from './peers.ts'

/** A database with an empty store. */
export async function migratedDatabase(server: DatabaseServer, name: string): Promise<string> {
  const url = await server.database(name)
  const database = pgDatabase({ connectionString: url })
  await migrate(database)
  await database.close()
  return url
}

/**
 * From the call that publishes to the callback in another process, beside an update whose trigger notifies a process that reads the
 * row. Each in a database of its own: a notification wakes every connection of its database that listens.
 */
export async function measureArrival(server: DatabaseServer): Promise<Times<'own' | 'raw'>> {
  const storeUrl = await migratedDatabase(server, 'arrival')
  const rawUrl = await server.database('arrival_raw')
  const store = postgresStore({ connectionString: storeUrl })
  try {
    let { cursor } = await store.readEnvironment(environment)
    const publish = async (value: number) => {
      const terms = { author: 'bench', message: 'bench', expected: cursor }
      const result = await store.publish([{ scope: environment, path: 'value', value }], terms)
      if (result.kind !== 'published') throw new Error(`It is ${result.kind}.`)
      cursor = result.cursor
    }
    await publish(1)
    return await withClient(rawUrl, async (client) => {
      await client.query(rawTables)
      return withChild('reader-process', [storeUrl, rawUrl], (child) => {
        let value = 1
        const round = (who: 'own' | 'raw', change: (next: number) => Promise<unknown>) => async () => {
          value += 1
          const arrival = arrivalOf(child, who, value)
          const started = sharedNow()
          await change(value)
          return (await arrival) - started
        }
        const update = (next: number) => client.query('update raw set value = $1 where id = 1', [next])
        return interleave({ own: round('own', publish), raw: round('raw', update) }, { rounds: 600, warmUp: 150 })
      })
    })
  } finally {
    await store.close()
  }
}

interface Arrival {
  readonly who: string
  readonly value: number
  readonly at: number
}

function arrivalOf(child: ChildProcess, who: string, value: number): Promise<number> {
  return new Promise((resolve) => {
    const hear = (message: unknown) => {
      // What the process of the reader sends.
      const arrival = message as Arrival
      if (arrival.who !== who || arrival.value !== value) return
      child.off('message', hear)
      resolve(arrival.at)
    }
    child.on('message', hear)
  })
}
