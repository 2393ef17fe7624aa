import { describe, expect, it } from 'vitest'
import { testServers, withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { openUsual, within } from './lab/in-process.ts'
import { publishTo, rateOf, sessionsOn, tenantPlane } from './lab/tenants-on-postgres.ts'

const count = 1_000

describe.each(testServers())('a thousand tenants in one database of PostgreSQL $version', (server) => {
  it('are followed on one connection, and a change for one wakes that one alone', async () => {
    const { url } = await migratedDatabase(server)
    const writer = openUsual(url)
    const names = Array.from({ length: count }, (_, at) => `t${at}`)
    await publishTo(writer, ...names.map((name, at) => rateOf(name, at)))
    const store = openUsual(`${url}?application_name=asking`, `${url}?application_name=listening`)
    const { tenants, rate } = await tenantPlane(store)
    expect(tenants.list()).toHaveLength(count)
    expect([rate('t0'), rate('t999')]).toEqual([0, 999])
    await within(5_000, () => store.feedStatus('checkout/production').kind === 'push')
    // One connection listens, and one has told it that it hears; what asks is not more for a thousand than for one.
    expect(await listening(url)).toBe(1)
    expect(await sessionsOn(url, 'listening')).toBeLessThanOrEqual(2)
    expect(await sessionsOn(url, 'asking')).toBeLessThanOrEqual(2)

    const told: unknown[] = []
    tenants.watch('limits.rate', ({ tenant, previous, next }) => told.push([tenant, previous, next]))
    for (const value of [501, 502, 503]) {
      const wakeups = told.length
      await publishTo(writer, rateOf('t500', value))
      await within(1_000, () => told.length > wakeups)
    }
    expect(told).toEqual([
      ['t500', 500, 501],
      ['t500', 501, 502],
      ['t500', 502, 503],
    ])
    // Nobody else was so much as looked at since the start.
    expect(names.filter((name) => tenants.status(name).lastOutcome !== undefined)).toEqual(['t500'])
    expect(await listening(url)).toBe(1)
  }, 30_000)
})

/** How many sessions listen: what such a one did last is a beat, which asks for its channels and for the heads. */
function listening(url: string): Promise<number> {
  return withConnection(url, async (client) => {
    const text = `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name = 'listening' and query ~* 'listen|heads|environments'`
    // A column of that name and type.
    return ((await client.query(text)).rows as { n: number }[])[0]?.n ?? Number.NaN
  })
}
