import { Client } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { withConnection } from '../../../../../test/support/postgres/database.ts'
import { migratedDatabase } from '../../../../../test/support/postgres/migrated-database.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { pgDatabase } from '../pg-database.ts'
import { type PostgresStore, storeOn } from '../postgres-store.ts'

const environment = 'checkout/production'
const schema: JsonObject = { type: 'object', properties: { max: { type: 'integer', maximum: 10 } } }

async function world() {
  const { url } = await migratedDatabase()
  const database = pgDatabase({ connectionString: url })
  const sent: string[] = []
  const query: typeof database.query = (text, values, signal) => {
    sent.push(/\.(\w+)\(/.exec(text)?.[1] ?? text)
    return database.query(text, values, signal)
  }
  const store = storeOn({ ...database, query })
  onTestFinished(() => store.close())
  const client = new Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return { url, store, sent, client }
}

async function publish(store: PostgresStore, max: number) {
  const { cursor: expected } = await store.readEnvironment(environment)
  return store.publish([{ scope: environment, path: 'max', value: max }], { author: 'dana', message: 'why', expected })
}

/** Resolves when somebody waits for a lock in this database. */
async function somebodyWaits(url: string): Promise<void> {
  const text = `select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`
  await withConnection(url, async (client) => {
    while ((await client.query(text)).rowCount === 0);
  })
}

it('is one round trip on top of what is known, and asks first only where nothing is', async () => {
  const { store, sent } = await world()
  const first = await publish(store, 1)
  if (first.kind !== 'published') throw new Error(first.kind)
  sent.length = 0
  const terms = { author: 'dana', message: 'why', expected: first.cursor }
  const second = await store.publish([{ scope: environment, path: 'max', value: 2 }], terms)
  expect(second.kind).toBe('published')
  expect(sent).toEqual(['append'])
  sent.length = 0
  // Somebody is told at once that another one was first.
  expect(await store.publish([{ scope: environment, path: 'max', value: 3 }], terms)).toMatchObject({
    kind: 'conflict',
    current: second.kind === 'published' ? second.cursor : undefined,
  })
  expect(sent).toEqual(['following'])
})

it('a schema that is being registered has a say in a publish that comes after', async () => {
  const { url, store, client } = await world()
  await publish(store, 1)
  await client.query('begin')
  await client.query('select trimtab.put_schema(1, $1, $2, $3)', ['checkout', '1.0.0', JSON.stringify(schema)])
  const waiting = publish(store, 50)
  await somebodyWaits(url)
  await client.query('commit')
  expect(await waiting).toMatchObject({ kind: 'refused', problems: [{ code: 'schema_refuses' }] })
})

it.each([
  ['is registered', (store: PostgresStore) => store.registerSchema('checkout', '2.0.0', schema)],
  ['comes to life', (store: PostgresStore) => store.markLive('checkout', '1.0.0', 60_000)],
])('a schema that %s waits for a publish that has been compared', async (_what, change) => {
  const { url, store, client } = await world()
  await store.registerSchema('checkout', '1.0.0', schema)
  await client.query('begin')
  await client.query(`select trimtab.append(1, $1, 1, 'a', '', 'dana', 'why', null, '[{"p":"max","a":50}]', null)`, [
    environment,
  ])
  let isChanged = false
  const changing = change(store).then(() => (isChanged = true))
  await somebodyWaits(url)
  expect(isChanged).toBe(false)
  await client.query('commit')
  await changing
})

it('what changes nothing waits for nobody', async () => {
  const { store, client } = await world()
  await store.registerSchema('checkout', '1.0.0', schema)
  await store.markLive('checkout', '1.0.0', 60_000)
  await client.query('begin')
  await client.query(`select trimtab.append(1, $1, 1, 'a', '', 'dana', 'why', null, '[{"p":"max","a":5}]', null)`, [
    environment,
  ])
  await store.registerSchema('checkout', '1.0.0', schema)
  await store.markLive('checkout', '1.0.0', 60_000)
  await client.query('commit')
})
