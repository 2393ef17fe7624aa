import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { interleave } from '../measure/interleave.ts'
import { migratedDatabase } from './arrival.ts'
import { withChild } from './child.ts'
import { type DatabaseServer, withClient } from './database-server.ts'
import { rawTables } from './peers.ts'

const span = 1_000
const rounds = 3
const many = 16

/** Commits in a second, round by round. */
export interface Rates {
  readonly publishAlone: readonly number[]
  readonly insertAlone: readonly number[]
  readonly publishMany: readonly number[]
  readonly insertMany: readonly number[]
  /** With a trigger that tells of each insert. */
  readonly notifyMany: readonly number[]
  /** Of four writers of a table that nobody is told of: alone, beside 16 publishers, beside 16 who insert into a table with a trigger. */
  readonly unrelated: readonly number[]
  readonly besidePublishers: readonly number[]
  readonly besideNotifiers: readonly number[]
}

/** How much is committed, each kind of writer in a process of its own and all in one database, where readers listen. */
export async function measureThroughput(server: DatabaseServer): Promise<Rates> {
  const url = await migratedDatabase(server, 'throughput')
  return withClient(url, async (client) => {
    await client.query(rawTables)
    await client.query('listen raw')
    await client.query('listen trimtab')
    const load = <T>(kind: string, writers: number, work: (child: ChildProcess) => Promise<T>) => {
      return withChild('load-process', [url, kind, String(writers)], work)
    }
    return load('publish', 1, (publisher) =>
      load('insert', 1, (inserter) =>
        load('publish', many, (publishers) =>
          load('insert', many, (inserters) =>
            load('notify', many, (notifiers) =>
              load('commit', 4, (committers) =>
                inTurn({ publisher, inserter, publishers, inserters, notifiers, committers }),
              ),
            ),
          ),
        ),
      ),
    )
  })
}

type Children = Readonly<
  Record<'publisher' | 'inserter' | 'publishers' | 'inserters' | 'notifiers' | 'committers', ChildProcess>
>

async function inTurn(children: Children): Promise<Rates> {
  const { publisher, inserter, publishers, inserters, notifiers, committers } = children
  const beside = async (other: ChildProcess) => (await Promise.all([rateOf(committers), rateOf(other)]))[0]
  const ways: Readonly<Record<keyof Rates, () => Promise<number>>> = {
    publishAlone: () => rateOf(publisher),
    insertAlone: () => rateOf(inserter),
    publishMany: () => rateOf(publishers),
    insertMany: () => rateOf(inserters),
    notifyMany: () => rateOf(notifiers),
    unrelated: () => rateOf(committers),
    besidePublishers: () => beside(publishers),
    besideNotifiers: () => beside(notifiers),
  }
  return interleave(ways, { rounds, warmUp: 1 })
}

async function rateOf(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message')
  child.send(span)
  const [commits] = await answer
  return (Number(commits) * 1_000) / span
}
