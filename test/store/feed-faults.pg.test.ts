import { describe, expect, it } from 'vitest'
import type { ConfigStore } from '../../packages/trimtab/src/store/config-store.ts'
import { environment, publish, until } from '../postgres/reader.ts'
import { testServers, withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { followed, openUsual, within } from './lab/in-process.ts'
import { relayTo } from './lab/relay.ts'
import { swallowingRelay } from './lab/swallowing-relay.ts'

/** Within which every reader is current again. */
const bound = 5_000

async function disturbed(server = testServers()[0]) {
  const { url, port } = await migratedDatabase(server)
  const proxy = await tcpProxy({ port })
  return { direct: url, port, proxy, url: url.replace(`:${port}/`, `:${proxy.port}/`) }
}

/** A store whose first reading of everything is under way until it is let go, with what was true before or after that. */
function slowFirstLoad(store: ConfigStore, asks: 'early' | 'late') {
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  let asked = 0
  const readEnvironment: ConfigStore['readEnvironment'] = async (name, signal) => {
    asked += 1
    if (asked > 1) return store.readEnvironment(name, signal)
    const early = asks === 'early' ? await store.readEnvironment(name, signal) : undefined
    await gate
    return early ?? store.readEnvironment(name, signal)
  }
  return { store: { ...store, readEnvironment }, letGo: () => letGo(), asked: () => asked }
}

describe.each(testServers())('a reader on PostgreSQL $version', (server) => {
  it.each(['early', 'late'] as const)(
    'has what was published between its LISTEN and its load, asked for %s',
    async (asks) => {
      const { direct } = await disturbed(server)
      const writer = openUsual(direct)
      const slow = slowFirstLoad(openUsual(direct), asks)
      const reader = followed(slow.store)
      await until(() => slow.asked() === 1 && reader.feed.status.kind === 'push' && reader.feed.counts.wakeups > 0)
      const { wakeups } = reader.feed.counts
      await publish(writer, 1)
      await until(() => reader.feed.counts.wakeups > wakeups)
      expect(reader.feed.document).toBeUndefined()
      slow.letGo()
      // By what it was told, and not by the timer: that comes 4 s later.
      await within(1_000, () => reader.revision === 1)
    },
    20_000,
  )

  it('has what was published while it was away', async () => {
    const { direct, proxy, url } = await disturbed(server)
    const writer = openUsual(direct)
    const reader = followed(openUsual(url))
    await until(() => reader.revision === 0)
    proxy.become('refuse')
    proxy.reset()
    for (const value of [1, 2, 3]) await publish(writer, value)
    await until(() => reader.feed.health.kind === 'stale')
    expect([reader.revision, reader.events.filter(({ kind }) => kind === 'lost').length]).toEqual([0, 1])
    proxy.become('pass')
    await within(bound, () => reader.value === 3)
    expect(reader.events.at(-1)).toMatchObject({ kind: 'restored', cursor: { revision: 3 } })
  }, 30_000)

  it('takes no old answer for a new one when a slow reading races a notification', async () => {
    const { direct, proxy, url } = await disturbed(server)
    const writer = openUsual(direct)
    const reader = followed(openUsual(url, direct))
    await until(() => reader.revision === 0 && reader.feed.status.kind === 'push')
    proxy.become('half_open')
    // The answer to each notification is held back while the next one comes.
    for (const value of [1, 2, 3]) {
      const { wakeups } = reader.feed.counts
      await publish(writer, value)
      await until(() => reader.feed.counts.wakeups > wakeups)
    }
    expect(reader.revision).toBe(0)
    proxy.become('pass')
    await within(bound, () => reader.value === 3)
    expect(reader.revisions).toEqual([...reader.revisions].sort((a, b) => a - b))
  }, 20_000)
})

describe('a reader', () => {
  it('that can not listen has every change all the same, says so, and listens when it can', async () => {
    const { direct, proxy, url } = await disturbed()
    const writer = openUsual(direct)
    const reader = followed(openUsual(direct, url))
    proxy.become('refuse')
    await until(() => reader.revision === 0)
    await until(() => {
      const { status } = reader.feed
      return status.kind === 'connecting' && status.attempts > 1
    })
    await publish(writer, 1)
    await within(bound, () => reader.value === 1)
    expect(reader.feed.status.kind).toBe('connecting')
    proxy.become('pass')
    await within(bound, () => reader.feed.status.kind === 'push')
    await publish(writer, 2)
    await within(1_000, () => reader.value === 2)
  }, 30_000)

  it('has what it was never told of: the trigger is gone', async () => {
    const { direct } = await disturbed()
    const writer = openUsual(direct)
    const reader = followed(openUsual(direct))
    await until(() => reader.revision === 0 && reader.feed.status.kind === 'push')
    await withConnection(direct, (client) => client.query('drop trigger notify_readers on trimtab.environments'))
    await publish(writer, 1)
    await within(bound, () => reader.value === 1)
    await within(bound, () => reader.feed.status.kind === 'poll')
    expect(reader.feed.status).toMatchObject({ reason: expect.stringContaining('notify_readers') })
  }, 30_000)

  it('has what it was never told of: notifications get lost on their way', async () => {
    const { direct, port } = await disturbed()
    const way = await swallowingRelay({ port }, 'trimtab')
    const writer = openUsual(direct)
    const store = openUsual(direct, direct.replace(`:${port}/`, `:${way.port}/`))
    const reader = followed(store)
    await until(() => reader.revision === 0 && reader.feed.status.kind === 'push')
    way.isSwallowing = true
    for (const value of [1, 2]) {
      await publish(writer, value)
      await within(bound, () => reader.value === value)
    }
    expect(way.swallowed).toBeGreaterThan(0)
    way.isSwallowing = false
    await until(() => reader.feed.status.kind === 'push')
    await publish(writer, 3)
    await within(bound, () => reader.value === 3)
  }, 30_000)

  it.each(['black_hole', 'half_open'] as const)(
    'has what was published while all of its ways were a %s that nobody is told of',
    async (mode) => {
      const { direct, proxy, url } = await disturbed()
      const writer = openUsual(direct)
      const reader = followed(openUsual(url))
      await until(() => reader.revision === 0 && reader.feed.status.kind === 'push')
      proxy.become(mode)
      await publish(writer, 1)
      // Nothing ends and nothing fails: it has to find out.
      await within(bound, () => reader.feed.status.kind === 'connecting')
      proxy.become('pass')
      await within(bound, () => reader.value === 1)
    },
    30_000,
  )

  it('whose connections are lost without a word while it reads everything is current by others', async () => {
    const { direct, port } = await disturbed()
    await publish(openUsual(direct), 1)
    const relay = await relayTo({ port })
    await withConnection(direct, async (client) => {
      await client.query('begin; lock table trimtab.entries')
      const reader = followed(openUsual(direct.replace(`:${port}/`, `:${relay.port}/`)))
      const waits = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
      // On a connection of its own: a transaction sees what it saw first.
      await until(async () => (await withConnection(direct, (other) => other.query(waits))).rowCount === 1)
      relay.strand()
      await client.query('rollback')
      await within(bound, () => reader.value === 1)
    })
  }, 30_000)

  it('that listens into a black hole has what it can ask for', async () => {
    const { direct, proxy, url } = await disturbed()
    const writer = openUsual(direct)
    const reader = followed(openUsual(direct, url))
    await until(() => reader.revision === 0 && reader.feed.status.kind === 'push')
    proxy.become('black_hole')
    await publish(writer, 1)
    await within(bound, () => reader.value === 1)
    expect(reader.revisions.at(-1)).toBe(1)
  }, 30_000)
})

it('a thousand publishes wake a reader more often than it reads, and it has the last one', async () => {
  const { direct } = await disturbed()
  const writer = openUsual(direct)
  const reader = followed(openUsual(direct))
  await until(() => reader.revision === 0 && reader.feed.status.kind === 'push')
  let { cursor: expected } = await writer.readEnvironment(environment)
  for (let value = 1; value <= 1_000; value += 1) {
    const edits = [{ scope: environment, path: 'value', value }]
    const result = await writer.publish(edits, { author: 'dana', message: 'again', expected })
    if (result.kind !== 'published') throw new Error(`Publish ${value} was ${result.kind}`)
    expected = result.cursor
  }
  await within(bound, () => reader.value === 1_000)
  expect(reader.revisions).toEqual([...reader.revisions].sort((a, b) => a - b))
  expect(reader.feed.counts.readings).toBeLessThanOrEqual(reader.feed.counts.wakeups + 10)
}, 120_000)
