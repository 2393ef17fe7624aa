import { describe, expect, it } from 'vitest'
import { withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { until } from '../postgres/reader.ts'
import { openUsual, within } from './lab/in-process.ts'
import { startPlaneProcess } from './lab/plane-process.ts'
import { publishTo, rateOf, sessionsOn } from './lab/tenants-on-postgres.ts'

describe('two processes', () => {
  it('activate a tenant twenty times at once, and share what one of them publishes', async () => {
    const { url } = await migratedDatabase()
    const writer = openUsual(url)
    await publishTo(writer, rateOf('acme', 5))
    const objects = await objectsIn(url)
    const processes = ['a', 'b'].map((name) => ({ name, ...startPlaneProcess() }))
    await Promise.all(
      processes.map(({ name, order }) => order({ do: 'open', url: `${url}?application_name=plane-${name}` })),
    )

    const activations = await Promise.all(
      processes.map(({ order }) => order({ do: 'activate', tenant: 'acme', times: 20 })),
    )
    expect(activations.flatMap(({ states }) => states)).toEqual(Array.from({ length: 40 }, () => 'active'))
    // Each has one, and nobody has made anything in the database, or written to it.
    for (const { order } of processes) expect((await order({ do: 'states' })).states).toEqual(['active'])
    expect(await objectsIn(url)).toEqual(objects)
    expect((await writer.readEnvironment('checkout/production')).cursor.revision).toBe(1)
    for (const { name } of processes) {
      await until(async () => (await listeningSessions(url, `plane-${name}`)) === 1)
      expect(await sessionsOn(url, `plane-${name}`)).toBeLessThanOrEqual(1 + 5)
    }

    const [a, b] = processes
    const { revision } = (await a?.order({ do: 'publish', tenant: 'acme', value: 7 })) ?? {}
    expect(revision).toBe(2)
    const change = { kind: 'changed', tenant: 'acme', path: 'limits.rate', previous: 5, next: 7, rate: 7, revision }
    await within(1_000, () => b?.told.length === 1)
    expect([a?.told, b?.told]).toEqual([[change], [change]])
    await b?.order({ do: 'publish', tenant: 'acme', value: 8 })
    await within(1_000, () => a?.told.length === 2)
    expect(a?.told[1]).toMatchObject({ previous: 7, next: 8, rate: 8, revision: 3 })
  }, 60_000)
})

/** Everything that the schema of the store consists of. */
function objectsIn(url: string): Promise<readonly unknown[]> {
  const text = `select 'relation' as kind, relname::text as name from pg_class where relnamespace = 'trimtab'::regnamespace
    union all select 'function', proname::text from pg_proc where pronamespace = 'trimtab'::regnamespace
    union all select 'trigger', tgname::text from pg_trigger
    union all select 'schema', nspname::text from pg_namespace where nspname !~ '^pg_' order by 1, 2`
  return withConnection(url, async (client) => (await client.query(text)).rows)
}

/** Whoever has listened goes on to look at the heads on the same session, and does nothing else there. */
function listeningSessions(url: string, name: string): Promise<number> {
  return withConnection(url, async (client) => {
    const text = `select from pg_stat_activity where datname = current_database() and application_name = $1
      and (query ~* '^\\s*(un)?listen' or query ~* 'pg_listening_channels' or query ~* 'notify_readers')`
    return (await client.query(text, [name])).rowCount ?? 0
  })
}
