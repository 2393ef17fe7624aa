import { Pool } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { postgresStore } from '../../packages/trimtab/src/postgres/index.ts'
import { withConnection } from '../support/postgres/database.ts'
import { migratedDatabase } from '../support/postgres/migrated-database.ts'
import { openUsual, within } from './lab/in-process.ts'
import { publishTo, rateOf, tenantPlane } from './lab/tenants-on-postgres.ts'

/** A store whose pool and listener log in as whoever the credentials name when a connection is made. */
async function withCredentials() {
  const { url, name } = await migratedDatabase()
  const sql = (text: string) => withConnection(url, async (client) => void (await client.query(text)))
  const [old, fresh] = [`old_${name}`, `fresh_${name}`]
  for (const login of [old, fresh]) await sql(`create role ${login} login in role trimtab_reader`)
  onTestFinished(async () => {
    for (const login of [old, fresh]) await sql(`drop owned by ${login}; drop role ${login}`)
  })
  const { hostname, port } = new URL(url)
  const pool = new Pool({ host: hostname, port: Number(port), database: name, user: old, max: 3 })
  // As `pg` asks of everybody who has a pool.
  pool.on('error', () => {})
  const store = postgresStore({ pool })
  onTestFinished(async () => {
    await store.close()
    await pool.end()
  })
  return {
    store,
    writer: openUsual(url),
    logins: [old, fresh] as const,
    /** The role may not log in any more, and what it had open ends. */
    revoke: (login: string) =>
      sql(
        `alter role ${login} nologin; select pg_terminate_backend(pid) from pg_stat_activity where usename = '${login}'`,
      ),
    allow: (login: string) => sql(`alter role ${login} login`),
    use: (login: string) => void (pool.options.user = login),
    sessions: (login: string) =>
      withConnection(url, async (client) => {
        return (await client.query('select from pg_stat_activity where usename = $1', [login])).rowCount
      }),
  }
}

it('tenants keep their values while the old role is revoked, and have new ones with the new role, told of it or not', async () => {
  const { store, writer, logins, revoke, allow, use, sessions } = await withCredentials()
  const [old, fresh] = logins
  await publishTo(writer, rateOf('acme', 5))
  const { plane, tenants, rate, events } = await tenantPlane(store)
  const seen = new Set<number>()
  const reading = setInterval(() => seen.add(rate('acme')), 1)
  onTestFinished(() => clearInterval(reading))

  await revoke(old)
  await publishTo(writer, rateOf('acme', 6))
  await within(5_000, () => events.some(({ type }) => type === 'dev.trimtab.feed.lost'))
  await expect(tenants.rotateCredentials('acme')).rejects.toMatchObject({ code: 'store_unavailable' })
  expect([rate('acme'), tenants.status('acme').state]).toEqual([5, 'active'])
  // Only the credentials are others now: whoever was to say so did not.
  use(fresh)
  await within(5_000, () => rate('acme') === 6)
  await within(5_000, () => store.feedStatus('checkout/production').kind === 'push')
  expect(events.map(({ type }) => type)).toContain('dev.trimtab.feed.restored')
  expect([await sessions(old), (await sessions(fresh)) ?? 0]).toEqual([0, expect.toSatisfy((count) => count > 0)])

  await allow(old)
  use(old)
  await revoke(fresh)
  await publishTo(writer, rateOf('acme', 7))
  // Who says so has it at once.
  expect(await tenants.rotateCredentials('acme')).toMatchObject({ state: 'active', hasOverlay: true })
  expect(rate('acme')).toBe(7)
  clearInterval(reading)
  expect([...seen].filter((value) => ![5, 6, 7].includes(value))).toEqual([])
  await plane.close()
}, 30_000)
