import { describe, expect, it } from 'vitest'
import type { ConfigStore } from '../../packages/trimtab/src/store/config-store.ts'
import { contentOf } from './processes/orders.ts'
import { environment, until } from '../postgres/reader.ts'
import { testServers } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { backup } from './lab/backup.ts'
import { followed, openUsual, within } from './lab/in-process.ts'

/** Publishes up to a revision, with values that say when it was. */
async function publishUpTo(store: ConfigStore, last: number, era: string): Promise<void> {
  let { cursor } = await store.readEnvironment(environment)
  while (cursor.revision < last) {
    const next = cursor.revision + 1
    const edits = [
      { scope: environment, path: 'value', value: `${era} ${next}` },
      { scope: environment, path: `of.${era}.r${next}`, value: next },
      { scope: `${environment}/acme`, path: 'value', value: `${era} ${next}` },
    ]
    const result = await store.publish(edits, { author: 'dana', message: era, expected: cursor })
    if (result.kind !== 'published') throw new Error(`Revision ${next} was ${result.kind}`)
    cursor = result.cursor
  }
}

describe.each(testServers())('a store on PostgreSQL $version that is restored to an older point', (server) => {
  // Once with more than there was, and once with as much: then the number alone says that nothing has happened.
  it.each([121, 120])(
    'and goes on to %i: every reader has its new history, and says so',
    async (last) => {
      const { url, port } = await migratedDatabase(server)
      const proxy = await tcpProxy({ port })
      const far = url.replace(`:${port}/`, `:${proxy.port}/`)
      const writer = openUsual(url)
      await publishUpTo(writer, 100, 'before')
      const at100 = await writer.readEnvironment(environment)
      const restore = await backup(url)
      await publishUpTo(writer, 110, 'lost')
      const at110 = await writer.readEnvironment(environment)
      const [near, away] = [followed(openUsual(url)), followed(openUsual(far))]
      await publishUpTo(writer, 120, 'lost')
      const at120 = await writer.readEnvironment(environment)
      await until(() => near.revision === 120 && away.revision === 120)
      proxy.become('refuse')
      proxy.reset()

      await restore()
      await publishUpTo(openUsual(url), last, 'after')
      // Each of them was in force once: of the old history, of both, and as a process has kept them that starts now.
      const [kept110, kept120, kept100] = [at110, at120, at100].map((from) => followed(openUsual(url), from))
      const stored = await openUsual(url).readEnvironment(environment)
      proxy.become('pass')
      for (const [name, reader] of Object.entries({ near, away, kept110, kept120, kept100 })) {
        await within(5_000, () => reader?.feed.document?.cursor.hash === stored.cursor.hash)
        const document = reader?.feed.document
        expect(document && contentOf(document), name).toEqual(contentOf(stored))
      }
      // One that was there may have seen the restored store before anything was published to it.
      expect(near.rewound).toBeGreaterThan(0)
      expect([away, kept110, kept120, kept100].map((reader) => reader?.rewound)).toEqual([1, 1, 1, 0])

      // Nothing that begins with a place in the old history is answered as if it were in the new one.
      for (const { cursor } of [at110, at120]) {
        expect(await writer.since(environment, cursor, 1_000)).toMatchObject({
          kind: 'cursor_unknown',
          current: stored.cursor,
        })
        const edits = [{ scope: environment, path: 'value', value: 'stale' }]
        const terms = { author: 'dana', message: 'stale', expected: cursor }
        expect(await writer.publish(edits, terms)).toEqual({ kind: 'conflict', current: stored.cursor })
      }
      expect(await writer.since(environment, at100.cursor, 1_000)).toMatchObject({ kind: 'changes', more: false })
    },
    60_000,
  )

  it('while a reader reads in pieces: it has the whole of one history', async () => {
    const { url } = await migratedDatabase(server)
    const writer = openUsual(url)
    await publishUpTo(writer, 10, 'before')
    const restore = await backup(url)
    const from = await writer.readEnvironment(environment)
    await publishUpTo(writer, 600, 'lost')
    const store = openUsual(url)
    let pieces = 0
    // It is restored between the first piece and the next one.
    const since: ConfigStore['since'] = async (...parts) => {
      const answer = await store.since(...parts)
      pieces += 1
      if (pieces === 1) {
        await restore()
        await publishUpTo(openUsual(url), 12, 'after')
      }
      return answer
    }
    const reader = followed({ ...store, since }, from)
    await within(5_000, () => reader.revision === 12)
    expect(reader.feed.document?.cursor.hash).toBe((await writer.readEnvironment(environment)).cursor.hash)
    expect(reader.rewound).toBe(1)
    expect(reader.value).toBe('after 12')
    expect(pieces).toBeGreaterThan(1)
  }, 60_000)
})
