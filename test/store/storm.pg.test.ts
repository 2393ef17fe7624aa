import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresStore } from '../../packages/trimtab/src/postgres/index.ts'
import { genesis } from '../../packages/trimtab/src/store/cursor.ts'
import { verifyChain } from '../../packages/trimtab/src/store/history/verify-chain.ts'
import type { Revision } from '../../packages/trimtab/src/store/revision.ts'
import { testServers, withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { startPublishers } from './lab/publisher-process.ts'

const environment = 'checkout/production'
const patience = 60_000

describe.each(testServers())('publishers in several processes on PostgreSQL $version', (server) => {
  it('make revisions without gaps in a storm of 16, and none waits for another for ever', async () => {
    const { url } = await migratedDatabase(server)
    const order = startPublishers(Array.from({ length: 4 }, () => url))
    const each = 10
    const one = async (by: number) => {
      for (let value = 1; value <= each; value += 1) {
        const scope = by % 2 === 0 ? environment : `${environment}/tenant-${by}`
        const edits = [
          { scope, path: `of.${String.fromCharCode(97 + by)}`, value },
          { scope: environment, path: 'last', value: `${by} ${value}` },
        ]
        expect(await order(by, { environment, edits, patience })).toMatchObject({ outcome: 'published' })
      }
    }
    await Promise.all(Array.from({ length: 16 }, (_, by) => one(by)))
    const revisions = await historyOf(url)
    expect(revisions.map(({ cursor }) => cursor.revision)).toEqual(Array.from({ length: 16 * each }, (_, at) => at + 1))
    expect(verifyChain(revisions, genesis)).toBeUndefined()
    // Each has done both of its edits.
    expect(revisions.every(({ changes }) => changes.length === 2)).toBe(true)
    expect(await deadlocks(url)).toBe(0)
  }, 120_000)

  it('that expect the same revision: one wins, the other is told what is there, and leaves no trace', async () => {
    const { url } = await migratedDatabase(server)
    const order = startPublishers([url, url])
    let expected = genesis
    for (let round = 1; round <= 25; round += 1) {
      const answers = await Promise.all(
        [0, 1].map((by) =>
          order(by, {
            environment,
            edits: [{ scope: environment, path: 'by', value: [by, round] }],
            patience,
            expected,
          }),
        ),
      )
      const [won, ...others] = answers.filter(({ outcome }) => outcome === 'published')
      const [lost] = answers.filter(({ outcome }) => outcome === 'conflict')
      expect([won?.cursor?.revision, others.length]).toEqual([round, 0])
      expect(lost?.cursor).toEqual(won?.cursor)
      const newest = (await historyOf(url)).at(-1)
      expect(newest).toMatchObject({ cursor: won?.cursor, message: `publish ${won?.id}` })
      expected = won?.cursor ?? genesis
    }
    expect(await historyOf(url)).toHaveLength(25)
  }, 60_000)
})

async function historyOf(url: string): Promise<readonly Revision[]> {
  const store = postgresStore({ connectionString: url, max: 1 })
  onTestFinished(() => store.close())
  const since = await store.since(environment, genesis, 1_000)
  await store.close()
  if (since.kind !== 'changes') throw new Error(`The history is ${since.kind}`)
  return since.revisions
}

function deadlocks(url: string): Promise<number> {
  return withConnection(url, async (client) => {
    const text = 'select deadlocks::int as n from pg_stat_database where datname = current_database()'
    return ((await client.query(text)).rows as { n: number }[])[0]?.n ?? Number.NaN
  })
}
