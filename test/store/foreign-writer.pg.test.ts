import { describe, expect, it, onTestFinished } from 'vitest'
import { startPlane } from '../../packages/trimtab/src/plane/on-demand/start-plane.ts'
import { postgresStore } from '../../packages/trimtab/src/postgres/index.ts'
import { verifyChain } from '../../packages/trimtab/src/store/history/verify-chain.ts'
import { genesis } from '../../packages/trimtab/src/store/cursor.ts'
import { storeSource } from '../../packages/trimtab/src/store/source/store-source.ts'
import type { TrimtabEvent } from '../../packages/trimtab/src/events/event-types.ts'
import { testServers, withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { type Config, config, environment } from '../support/store-world.ts'
import { publish, until } from '../postgres/reader.ts'
import { followed, openUsual, within } from './lab/in-process.ts'
import { contentOf } from './processes/orders.ts'

async function foreignWriter(server = testServers()[0]) {
  const { url } = await migratedDatabase(server)
  const store = postgresStore({ connectionString: url })
  onTestFinished(() => store.close())
  const sql = (text: string) => withConnection(url, (client) => client.query(text))
  return { url, store, sql }
}

const ofEnvironment = `environment = (select id from trimtab.environments where name = '${environment}')`

describe.each(testServers())('whoever writes past the library on PostgreSQL $version', (server) => {
  it('and breaks the schema leaves every plane with its last good values, which say so and recover', async () => {
    const { store, sql } = await foreignWriter(server)
    const set = async (value: number) => {
      const { cursor: expected } = await store.readEnvironment(environment)
      const edits = [{ scope: environment, path: 'pool.max', value }]
      expect(await store.publish(edits, { author: 'dana', message: 'why', expected })).toMatchObject({
        kind: 'published',
      })
    }
    await set(20)
    const lines: string[] = []
    const write = (line: string) => void lines.push(line)
    const logger = { debug() {}, info: write, warn: write, error: write }
    const plane = await startPlane<Config>({ config, logger, sources: [storeSource({ store, environment })] })
    onTestFinished(async () => void (await plane.close()))
    const events: TrimtabEvent[] = []
    plane.events.on((event) => void events.push(event))

    await sql(`update trimtab.entries set value = '"very many"' where path = 'pool.max' and ${ofEnvironment}`)
    await until(() => plane.lastOutcome?.status === 'validation_failed')
    expect(plane.config.pool.max).toBe(20)
    expect(JSON.stringify(plane.lastOutcome?.problems)).toMatch(/pool\.max.*number/)
    expect(lines.join('\n')).toContain('pool.max')
    expect(events.findLast(({ type }) => type === 'dev.trimtab.reload.completed')?.data).toMatchObject({
      status: 'validation_failed',
    })
    // The library repairs it, on top of what it finds.
    await set(30)
    await within(5_000, () => plane.config.pool.max === 30)
    expect(plane.lastOutcome?.status).toBe('full_success')
  }, 30_000)

  it('and writes a path that is none leaves readers with what they had; they say so, and recover when it is gone', async () => {
    const { url, store, sql } = await foreignWriter(server)
    await publish(store, 1)
    const reader = followed(openUsual(url))
    await until(() => reader.value === 1)
    await sql(
      `insert into trimtab.entries (environment, path, value) select id, 'a..b', '2' from trimtab.environments where name = '${environment}'`,
    )
    await until(() => reader.feed.health.kind === 'stale')
    expect(reader.value).toBe(1)
    expect(reader.events.find(({ kind }) => kind === 'lost')).toMatchObject({
      error: { message: expect.stringMatching(/"a\.\.b".*Delete it/) },
    })
    await sql(`delete from trimtab.entries where path = 'a..b'`)
    await within(5_000, () => reader.feed.health.kind === 'current')
    await publish(store, 3)
    await within(1_000, () => reader.value === 3)
    expect(reader.feed.document && contentOf(reader.feed.document)).toEqual(
      contentOf(await openUsual(url).readEnvironment(environment)),
    )
    expect((await store.history(environment)).map(({ cursor }) => cursor.revision)).toContain(4)
  }, 30_000)

  it('is in history by name, and no publish can be taken for what was written', async () => {
    const { url, store, sql } = await foreignWriter(server)
    await publish(store, 1)
    const reader = followed(openUsual(url))
    await until(() => reader.value === 1)
    await sql(`update trimtab.entries set value = '2' where path = 'value'; delete from trimtab.entries where false`)
    await within(5_000, () => reader.value === 2)
    const [newest] = await store.history(environment)
    expect(newest).toMatchObject({ author: 'postgres', cursor: { revision: 2 } })
    const since = await store.since(environment, genesis, 10)
    expect(since.kind === 'changes' && verifyChain(since.revisions, genesis)).toEqual({ revision: 2, kind: 'content' })
    await publish(store, 3)
    await within(5_000, () => reader.value === 3)
    expect(reader.rewound).toBe(0)
  }, 30_000)
})
