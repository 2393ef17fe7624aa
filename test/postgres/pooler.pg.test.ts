import { expect, it, onTestFinished } from 'vitest'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { startPgBouncer } from '../support/postgres/pgbouncer.ts'
import { migrate, pgDatabase, postgresListener, postgresStore } from '../../packages/trimtab/src/postgres/index.ts'
import { environment, follow, openStore, publish, until } from './reader.ts'

it('polls behind a pooler in transaction mode, says so, and is told again when it can be', async () => {
  const database = await migratedDatabase()
  const pooler = await startPgBouncer(database, 'transaction')
  const [{ store }, writer] = [openStore(pooler.url), openStore(database.url)]
  const reader = follow(store)
  await until(() => store.feedStatus(environment).kind === 'poll')
  expect(store.feedStatus(environment)).toMatchObject({ reason: expect.stringContaining('pooler in transaction mode') })
  for (let value = 1; value <= 3; value += 1) {
    await publish(writer.store, value)
    await until(() => reader.revision === value)
  }
  // Publishing works by the pooler, and polling goes on after each attempt to listen.
  await publish(store, 4)
  await until(() => reader.revision === 4)
  pooler.become('session')
  await until(() => store.feedStatus(environment).kind === 'push')
  await publish(writer.store, 5)
  await until(() => reader.revision === 5)
}, 30_000)

it('is told behind a pooler in session mode', async () => {
  const database = await migratedDatabase()
  const pooler = await startPgBouncer(database, 'session')
  const { store } = openStore(pooler.url)
  const reader = follow(store)
  await until(() => store.feedStatus(environment).kind === 'push')
  await publish(openStore(database.url).store, 1)
  await until(() => reader.revision === 1)
}, 30_000)

it('is told by a listener that goes past the pooler', async () => {
  const database = await migratedDatabase()
  const pooler = await startPgBouncer(database, 'transaction')
  const listener = postgresListener({ connectionString: database.url })
  const store = postgresStore({ connectionString: pooler.url, listener })
  onTestFinished(() => listener.close())
  onTestFinished(() => store.close())
  const reader = follow(store)
  await until(() => store.feedStatus(environment).kind === 'push')
  await publish(store, 1)
  await until(() => reader.revision === 1)
}, 30_000)

it('migrates by a pooler in transaction mode', async () => {
  const database = await migratedDatabase()
  const pooler = await startPgBouncer(database, 'transaction')
  const pooled = pgDatabase({ connectionString: pooler.url })
  onTestFinished(() => pooled.close())
  expect(await migrate(pooled, { schema: 'other' })).toMatchObject({ applied: ['0001-store'], missing: [] })
})
